#include "http/server_sent.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace spm::http {

std::string server_sent(std::optional<std::int64_t> id, std::string_view name, const json::object& data) {
  return (id ? fmt::format("id: {}\n", *id) : "") + fmt::format("event: {}\ndata: {}\n\n", name, json::serialize(data));
}

}  // namespace spm::http
