#pragma once
// Package versions as dpkg and rpm order them. Written apart from the product's own comparison on purpose: the stand-in must not
// share a mistake with the program that is judged against it. Pure.

#include <string>
#include <string_view>

namespace spm::sandbox {

enum class Grammar { Deb, Rpm };

struct Evr {
  std::string epoch;  // empty: none
  std::string version;
  std::string release;  // empty: none
};

// "1:2.3-4" → 1, 2.3, 4. dpkg splits at the last hyphen, rpm at the first one after the epoch.
[[nodiscard]] Evr split_evr(Grammar grammar, std::string_view text);

// <0, 0, >0. A missing epoch is 0; a missing release is lower than any.
[[nodiscard]] int compare_evr(Grammar grammar, std::string_view a, std::string_view b);

}  // namespace spm::sandbox
