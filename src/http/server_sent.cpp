#include "http/server_sent.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>

namespace spm::http {

std::string server_sent(std::int64_t id, std::string_view name, const json::object& data) {
  return fmt::format("id: {}\nevent: {}\ndata: {}\n\n", id, name, json::serialize(data));
}

}  // namespace spm::http
