#include "audit/digest.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"

namespace spm::audit {
namespace {

std::string field(const std::optional<std::string>& text) { return text ? fmt::format("{}:{},", text->size(), *text) : "-,"; }

}  // namespace

std::string link_hash(const std::string& previous, std::int64_t position, const Line& line) {
  return sha256_hex(field(previous) + field(std::to_string(position)) + field(std::to_string(line.id)) + field(line.actor) +
                    field(line.from_address) + field(line.action) + field(line.subject_type) + field(line.subject_id) + field(line.before) +
                    field(line.after) + field(line.reason) + field(line.at_micros));
}

std::string genesis_hash() { return std::string(64, '0'); }

}  // namespace spm::audit
