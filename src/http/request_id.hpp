#pragma once
// The id under which a request is found in answers, logs and audit rows.

#include <optional>
#include <string>

namespace spm::http {

// The caller's own id when it fits ^[A-Za-z0-9_-]{1,64}$ (so that it can be followed across programs), else 16 random hex digits.
[[nodiscard]] std::string choose_request_id(const std::optional<std::string>& incoming);

}  // namespace spm::http
