#pragma once
// Which texts can be a name or version of the packaging world. Checked wherever such a text comes from outside, before it is stored or
// becomes an argument of a command: no such word can start with '-', hold blanks, or be empty. Pure.

#include <set>
#include <string>
#include <string_view>

#include "base/versions.hpp"

namespace spm {

[[nodiscard]] bool is_package_name(versions::Family family, std::string_view text);     // deb: "libssl3" or "libssl3:amd64"
[[nodiscard]] bool is_package_version(versions::Family family, std::string_view text);  // [epoch:]version[-release]
[[nodiscard]] bool is_architecture(std::string_view text);                              // "amd64", "x86_64", "amd64-deb"
[[nodiscard]] bool is_unit_name(std::string_view text);                                 // systemd: "ssh", "getty@tty1.service"
[[nodiscard]] bool is_advisory_name(std::string_view text);                             // "USN-7234-1", "RHSA-2026:0123"
[[nodiscard]] bool is_minion_id(std::string_view text);
[[nodiscard]] bool is_cve(std::string_view text);  // "CVE-2024-1234"

// Every CVE id inside a text, in any spelling of the letters, written in capitals.
[[nodiscard]] std::set<std::string> cves_in(std::string_view text);

}  // namespace spm
