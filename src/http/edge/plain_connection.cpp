#include "http/edge/connection.hpp"

namespace spm::http {

void serve_plain(Edge& edge, Tcp::socket socket) { std::make_shared<Connection<beast::tcp_stream>>(edge, std::move(socket))->run(); }

}  // namespace spm::http
