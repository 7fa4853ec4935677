#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "http/edge/channel.hpp"

namespace spm::http {
namespace {

class TlsChannel final : public Channel {
 public:
  TlsChannel(Tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}

  void handshake(Done done) override {
    stream_.async_handshake(asio::ssl::stream_base::server, [done = std::move(done)](ErrorText error) { done(error, 0); });
  }
  void read_some(asio::mutable_buffer into, Done done) override { stream_.async_read_some(into, std::move(done)); }
  void write(Buffers what, Done done) override { asio::async_write(stream_, what, std::move(done)); }
  void announce_end(Done done) override {
    stream_.async_shutdown([done = std::move(done)](ErrorText error) { done(error, 0); });
  }
  Tcp::socket& socket() override { return stream_.next_layer(); }

 private:
  asio::ssl::stream<Tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<Channel> tls_channel(Tcp::socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsChannel>(std::move(socket), context);
}

}  // namespace spm::http
