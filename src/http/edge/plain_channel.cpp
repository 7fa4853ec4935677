#include <boost/asio/write.hpp>
#include <utility>

#include "http/edge/channel.hpp"

namespace spm::http {
namespace {

class PlainChannel final : public Channel {
 public:
  explicit PlainChannel(Tcp::socket socket) : socket_(std::move(socket)) {}

  void handshake(Done done) override { done({}, 0); }
  void read_some(asio::mutable_buffer into, Done done) override { socket_.async_read_some(into, std::move(done)); }
  void write(Buffers what, Done done) override { asio::async_write(socket_, what, std::move(done)); }
  void announce_end(Done done) override {
    ErrorText error;
    socket_.shutdown(Tcp::socket::shutdown_send, error);
    done(error, 0);
  }
  Tcp::socket& socket() override { return socket_; }

 private:
  Tcp::socket socket_;
};

}  // namespace

std::unique_ptr<Channel> plain_channel(Tcp::socket socket) { return std::make_unique<PlainChannel>(std::move(socket)); }

}  // namespace spm::http
