#pragma once
// What a fuzz target says when the code under test broke a law that holds for every input. One thread.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace spm::fuzz {

// Ends the process, so that the fuzzer keeps the input.
inline void law(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken law: %s\n", what);
  std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) { return {reinterpret_cast<const char*>(data), size}; }

// Takes the text up to the next newline away from the front.
inline std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

}  // namespace spm::fuzz
