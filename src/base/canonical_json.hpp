#pragma once
// One text for one JSON value, so that a hash over it means something: keys sorted by their bytes, no blanks, numbers in their shortest
// form. It is what Python writes with json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False). Pure.

#include <boost/json/value.hpp>
#include <string>

#include "base/error.hpp"

namespace spm {

[[nodiscard]] std::string canonical_json(const json::value& value);

}  // namespace spm
