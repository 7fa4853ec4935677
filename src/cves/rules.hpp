#pragma once
// Published lists about CVEs: what one must look like to be believed, and when the next look at it is due. Pure.
//
// A list is believed as a whole or not at all: one entry that makes no sense says that the file is not what it was taken for.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace spm::cves {

enum class Source {
  Kev,   // which are known to be exploited (CISA)
  Epss,  // how likely each is to be exploited within 30 days, 0..1 (FIRST)
  Cvss,  // how bad each is, 0..10
};
inline constexpr Source kSources[] = {Source::Kev, Source::Epss, Source::Cvss};
[[nodiscard]] std::string_view to_string(Source source);
[[nodiscard]] std::optional<Source> parse_source(std::string_view word);

struct Entry {
  std::string cve = {};
  double figure = 0;  // of the known-exploited list: 1, to be on it is all
};

struct Published {
  std::vector<Entry> entries = {};  // by CVE, each once
  std::string version = {};         // what the list calls itself, such as its day; empty: it does not say
};

inline constexpr std::size_t kMaxEntries = 1'000'000;           // three times what there is
inline constexpr std::size_t kMaxJsonBytes = 16 * 1024 * 1024;  // a parsed document takes many times its text

// JSON or CSV, by its first letter. JSON: CISA's {"vulnerabilities": [{"cveID": …}]}, FIRST's {"data": [{"cve": …, "epss": "0.1"}]}, or the
// list alone. CSV: a line of names, in any order; a column cve, cve_id or cveID, and epss or cvss for those lists. Of a CVE that comes
// twice the higher figure counts. The error says which entry is wrong.
[[nodiscard]] Result<Published> read_list(Source source, std::string_view text);

// What is stored of a source: a row of cve_sources.
struct State {
  Source source = Source::Kev;
  std::string origin = {};
  std::optional<Time> requested_at = {};
  std::optional<Time> attempted_at = {};
  std::optional<Time> succeeded_at = {};
  std::optional<Time> changed_at = {};
  std::optional<std::string> version = {};
  std::optional<std::int64_t> entries = {};
  std::optional<std::string> digest = {};
  std::optional<std::string> error = {};
};

inline constexpr std::chrono::hours kReadEvery{24};  // the lists are made once a day
inline constexpr std::chrono::hours kRetryAfter{1};  // what failed

// `place`: where the configuration says that it is. A changed place, a request by hand and a list that was never read are due at once.
[[nodiscard]] bool is_due(const State& state, std::string_view place, Time now);

// Refuse: a known-exploited list that lost more than half of its entries is taken for a broken one, because whoever leaves it stops being
// urgent. Accept: a person says that it is right.
enum class Shrinking { Refuse, Accept };
// Why a list of so many entries does not replace what the state tells of; nullopt: it does.
[[nodiscard]] std::optional<std::string> refusal(const State& state, std::size_t entries, Shrinking shrinking);

}  // namespace spm::cves
