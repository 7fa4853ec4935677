#pragma once
// A connected byte stream, plain or under TLS, so that the connection is written and compiled once for both. Private to this directory.
// One thread. One read and one write at a time; each ends with an error after close().

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <functional>
#include <memory>

namespace spm::http {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorText = boost::system::error_code;

class Channel {
 public:
  using Done = std::function<void(ErrorText, std::size_t)>;
  using Buffers = std::array<asio::const_buffer, 2>;

  virtual ~Channel() = default;
  virtual void handshake(Done done) = 0;  // the size means nothing
  virtual void read_some(asio::mutable_buffer into, Done done) = 0;
  virtual void write(Buffers what, Done done) = 0;  // all of it
  virtual void announce_end(Done done) = 0;         // nothing more will be written; the size means nothing
  virtual Tcp::socket& socket() = 0;

  void close() {
    ErrorText ignored;
    socket().close(ignored);
  }
};

[[nodiscard]] std::unique_ptr<Channel> plain_channel(Tcp::socket socket);
[[nodiscard]] std::unique_ptr<Channel> tls_channel(Tcp::socket socket, asio::ssl::context& context);

}  // namespace spm::http
