#pragma once
// What an address says about itself, without asking anybody. Pure; safe from any thread.

#include <string>
#include <string_view>

namespace spm {

// "https://sso.example.com:8443/realms/it" → "https://sso.example.com:8443"; empty for what is no http or https address, or has user and
// password in it.
[[nodiscard]] std::string origin_of(std::string_view url);

// Nobody on the way reads or changes what is sent there: https, or http that does not leave this machine.
[[nodiscard]] bool is_https_or_loopback(std::string_view url);

}  // namespace spm
