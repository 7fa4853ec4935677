#pragma once
// The text of server-sent events. Pure.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace spm::http {

// One event; a browser sends the id back as Last-Event-ID when it comes again. Without one it goes on from the last it was told: for what
// is no place in the stream. `name` holds no line break.
[[nodiscard]] std::string server_sent(std::optional<std::int64_t> id, std::string_view name, const json::object& data);

}  // namespace spm::http
