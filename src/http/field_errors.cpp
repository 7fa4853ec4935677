#include "http/field_errors.hpp"

#include <fmt/format.h>

#include <utility>

namespace spm::http {
namespace {

// A hostile body can have a hundred thousand unknown fields with names of any length; the answer stays small.
constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxName = 200;

void shorten(std::string& name) {
  if (name.size() <= kMaxName) return;
  auto end = kMaxName;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80) --end;  // not inside a UTF-8 sequence
  name.resize(end);
  name += "…";
}

}  // namespace

void FieldErrors::add(std::string field, const std::string& problem) {
  shorten(field);
  const auto known = problems_.find(field);
  if (known != problems_.end()) {
    if (known->second != problem) known->second += "; " + problem;
  } else if (problems_.size() < kMaxFields) {
    problems_.emplace(std::move(field), problem);
  }
}

Error FieldErrors::to_error() const {
  json::object fields;
  std::string names;
  for (const auto& [field, problem] : problems_) {
    fields[field] = problem;
    names += (names.empty() ? "" : ", ") + field;
  }
  const auto message = problems_.size() == 1 ? fmt::format("{}: {}", problems_.begin()->first, problems_.begin()->second)
                                             : fmt::format("{} fields are wrong: {}", problems_.size(), names);
  return {ErrorCode::ValidationError, message, {{"fields", std::move(fields)}}, UpstreamFailure::None};
}

}  // namespace spm::http
