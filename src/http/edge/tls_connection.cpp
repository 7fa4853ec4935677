#include <boost/beast/ssl/ssl_stream.hpp>

#include "http/edge/connection.hpp"

namespace spm::http {

void serve_tls(Edge& edge, Tcp::socket socket) {
  std::make_shared<Connection<beast::ssl_stream<beast::tcp_stream>>>(edge, std::move(socket), *edge.tls)->run();
}

}  // namespace spm::http
