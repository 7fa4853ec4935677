#pragma once
// The texts of scenarios/ and profiles/, embedded at build time. An unknown name gives an empty text.

#include <string_view>

namespace spm::sandbox {

[[nodiscard]] std::string_view embedded_text(std::string_view name);

}  // namespace spm::sandbox
