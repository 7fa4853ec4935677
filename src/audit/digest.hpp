#pragma once
// The hash of one link of the audit chain. The database makes links (audit_digest in db/migrations/0007_audit_chain.sql), this proves
// them: the same text, computed a second time by other code. Pure.

#include <cstdint>
#include <optional>
#include <string>

namespace spm::audit {

// A row of audit_log, each column as the text that PostgreSQL has for it.
struct Line {
  std::int64_t id = 0;
  std::string actor;
  std::string from_address;
  std::string action;
  std::string subject_type;
  std::string subject_id;
  std::optional<std::string> before;  // jsonb
  std::optional<std::string> after;   // jsonb
  std::string reason;
  std::string at_micros;  // since 1970, UTC
};

// SHA-256 in hexadecimal over the hash before it, the position and all columns, each as "<bytes>:<text>,"; "-," stands for NULL.
[[nodiscard]] std::string link_hash(const std::string& previous, std::int64_t position, const Line& line);

// Before the first link.
[[nodiscard]] std::string genesis_hash();

}  // namespace spm::audit
