#pragma once
// Cutting the output of commands into lines and fields. Pure.

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spm::engine {

[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);  // empty fields are kept
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);                  // separated by blanks, no empty ones
[[nodiscard]] std::vector<std::string_view> lines(std::string_view text);                  // without empty ones and without '\r'
// At most `bytes`, with "…" when something was cut; never in the middle of a character.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t bytes);
// The first line that says anything: what a failed command is about.
[[nodiscard]] std::string first_line(std::string_view output);

template <class Number>
[[nodiscard]] std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace spm::engine
