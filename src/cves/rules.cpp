#include "cves/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spm::cves {

std::string_view to_string(Source source) {
  switch (source) {
    case Source::Kev: return "kev";
    case Source::Epss: return "epss";
    case Source::Cvss: return "cvss";
  }
  return "";
}

std::optional<Source> parse_source(std::string_view word) {
  const auto* found = std::find_if(std::begin(kSources), std::end(kSources), [&](Source source) { return to_string(source) == word; });
  return found == std::end(kSources) ? std::nullopt : std::optional(*found);
}

bool is_due(const State& state, std::string_view place, Time now) {
  if (state.requested_at || !state.attempted_at || state.origin != place) return true;
  return now - *state.attempted_at >= (state.error ? kRetryAfter : kReadEvery);
}

std::optional<std::string> refusal(const State& state, std::size_t entries, Shrinking shrinking) {
  if (entries == 0) return "the list is empty";
  const auto before = static_cast<std::size_t>(state.entries.value_or(0));
  if (state.source != Source::Kev || shrinking == Shrinking::Accept || entries * 2 >= before) return std::nullopt;
  return fmt::format(
      "the list has {} entries, the last one had {}: too many are gone to believe it. If it is right, take it with "
      "'spm-orchestrator import-cves kev FILE --accept-shorter'",
      entries, before);
}

}  // namespace spm::cves
