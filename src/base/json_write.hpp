#pragma once
// Answers in JSON: what is not there is null, never left out. Pure.

#include <boost/json/value.hpp>
#include <optional>

#include "base/time.hpp"

namespace spm {

[[nodiscard]] inline boost::json::value or_null(const std::optional<Time>& time) {
  return time ? boost::json::value(format_time(*time)) : boost::json::value(nullptr);
}

template <class T>
[[nodiscard]] boost::json::value or_null(const std::optional<T>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}

}  // namespace spm
