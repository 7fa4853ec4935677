// .env files. Law: what was read can be written in double quotes, and means the same then.

#include "config/env_file.hpp"
#include "fuzz/law.hpp"

namespace {

using spm::fuzz::law;

std::string quoted(std::string_view value) {
  std::string result = "\"";
  for (const char c : value) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto values = spm::config::parse_env_file(spm::fuzz::text_of(data, size), "fuzz.env");
  if (!values) {
    law(!values.error().message.empty(), "a refusal says why");
    return 0;
  }
  std::string written;
  for (const auto& [key, value] : *values) written += key + "=" + quoted(value) + "\n";
  const auto again = spm::config::parse_env_file(written, "fuzz.env");
  law(again.has_value() && *again == *values, "settings mean the same when they were written");
  return 0;
}
