#include "catalogue/superseding.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>
#include <tuple>

namespace spm::catalogue {
namespace {

struct UsnName {
  std::int64_t number = 0;
  std::int64_t revision = 0;
};

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || stop != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<UsnName> parse_usn(std::string_view name) {
  if (!name.starts_with("USN-")) return std::nullopt;
  name.remove_prefix(4);
  const auto dash = name.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto number = parse_number(name.substr(0, dash));
  const auto revision = parse_number(name.substr(dash + 1));
  if (!number || !revision) return std::nullopt;
  return UsnName{*number, *revision};
}

// Empty when a part of the distribution names no release.
std::set<std::string> releases_of(std::string_view distribution) {
  std::set<std::string> out;
  while (!distribution.empty()) {
    const auto comma = distribution.find(',');
    const auto one = distribution.substr(0, comma);
    if (one.find_first_of("-0123456789") == std::string_view::npos) return {};
    out.insert(std::string(one));
    distribution.remove_prefix(comma == std::string_view::npos ? distribution.size() : comma + 1);
  }
  return out;
}

// A package of an OS as a number, with the place of its highest version among all versions of it that occur.
struct RankedPackage {
  std::size_t key = 0;
  std::size_t rank = 0;
};

struct Ranked {
  std::optional<UsnName> usn;
  std::set<std::string> releases;
  std::vector<RankedPackage> packages;  // by key; empty when they are not known
};

using PackageKey = std::tuple<std::string, std::string, std::string>;  // target_os, name, architecture

class Index {
 public:
  explicit Index(std::span<const Candidate> candidates) : candidates_(candidates) {
    collect_versions();
    rank_all();
  }

  [[nodiscard]] std::optional<std::size_t> successor_of(std::size_t older) const {
    std::optional<std::size_t> best;
    for (const auto other : possible_successors(older)) {
      if (other != older && is_superseded_by(older, other) && (!best || is_later(other, *best))) best = other;
    }
    return best;
  }

  [[nodiscard]] bool is_superseded_by(std::size_t older, std::size_t newer) const {
    const auto& a = ranked_[older];
    const auto& b = ranked_[newer];
    if (candidates_[older].target_os != candidates_[newer].target_os || a.releases.empty()) return false;
    if (!std::includes(b.releases.begin(), b.releases.end(), a.releases.begin(), a.releases.end())) return false;
    if (a.usn && b.usn && a.usn->number == b.usn->number) return b.usn->revision > a.usn->revision;
    if (!covers(b, a)) return false;
    return !(covers(a, b) && a.releases == b.releases) || is_later(newer, older);
  }

 private:
  // Every version of every package of an OS, lowest first.
  struct Versions {
    std::size_t key = 0;
    std::vector<std::string> known;
  };

  void collect_versions() {
    for (const auto& candidate : candidates_) {
      if (!candidate.packages || !versions::family_of(candidate.target_os)) continue;
      for (const auto& package : *candidate.packages) {
        versions_[{candidate.target_os, package.name, package.arch}].known.push_back(package.evr);
      }
    }
    std::size_t key = 0;
    for (auto& [package, entry] : versions_) {
      entry.key = key++;
      const auto family = *versions::family_of(std::get<0>(package));
      std::sort(entry.known.begin(), entry.known.end());
      entry.known.erase(std::unique(entry.known.begin(), entry.known.end()), entry.known.end());
      std::stable_sort(entry.known.begin(), entry.known.end(),
                       [&](const auto& a, const auto& b) { return versions::compare(family, a, b) == std::strong_ordering::less; });
      rank_versions(entry, family);
    }
    by_package_.resize(versions_.size());
  }

  // Different texts can be the same version ("0:1.0" and "1.0"): equals share a rank.
  void rank_versions(const Versions& entry, versions::Family family) {
    std::size_t rank = 0;
    for (std::size_t i = 0; i < entry.known.size(); ++i) {
      if (i > 0 && versions::compare(family, entry.known[i - 1], entry.known[i]) != std::strong_ordering::equal) ++rank;
      rank_of_[{entry.key, entry.known[i]}] = rank;
    }
  }

  void rank_all() {
    ranked_.reserve(candidates_.size());
    for (std::size_t i = 0; i < candidates_.size(); ++i) {
      ranked_.push_back(ranked(candidates_[i]));
      for (const auto& package : ranked_.back().packages) by_package_[package.key].push_back(i);
      if (ranked_.back().usn) by_usn_[ranked_.back().usn->number].push_back(i);
    }
  }

  [[nodiscard]] Ranked ranked(const Candidate& candidate) const {
    Ranked out{parse_usn(candidate.name.value), releases_of(candidate.distribution), {}};
    if (!candidate.packages || !versions::family_of(candidate.target_os)) return out;
    std::map<std::size_t, std::size_t> highest;
    for (const auto& package : *candidate.packages) {
      const auto key = versions_.at({candidate.target_os, package.name, package.arch}).key;
      auto& rank = highest[key];
      rank = std::max(rank, rank_of_.at({key, package.evr}));
    }
    for (const auto& [key, rank] : highest) out.packages.push_back({key, rank});
    return out;
  }

  // Whoever holds the rarest of its packages, and its USN family.
  [[nodiscard]] std::vector<std::size_t> possible_successors(std::size_t older) const {
    std::vector<std::size_t> out;
    const auto& packages = ranked_[older].packages;
    const auto rarest = std::min_element(packages.begin(), packages.end(), [&](const auto& a, const auto& b) {
      return by_package_[a.key].size() < by_package_[b.key].size();
    });
    if (rarest != packages.end()) out = by_package_[rarest->key];
    if (ranked_[older].usn) {
      const auto& family = by_usn_.at(ranked_[older].usn->number);
      out.insert(out.end(), family.begin(), family.end());
    }
    return out;
  }

  static bool covers(const Ranked& newer, const Ranked& older) {
    if (older.packages.empty()) return false;
    auto place = newer.packages.begin();
    for (const auto& package : older.packages) {
      place =
          std::lower_bound(place, newer.packages.end(), package.key, [](const RankedPackage& a, std::size_t key) { return a.key < key; });
      if (place == newer.packages.end() || place->key != package.key || place->rank < package.rank) return false;
    }
    return true;
  }

  [[nodiscard]] bool is_later(std::size_t a, std::size_t b) const {
    return std::tie(candidates_[a].issued_at, candidates_[a].name) > std::tie(candidates_[b].issued_at, candidates_[b].name);
  }

  std::span<const Candidate> candidates_;
  std::map<PackageKey, Versions> versions_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> rank_of_;
  std::vector<Ranked> ranked_;
  std::vector<std::vector<std::size_t>> by_package_;
  std::map<std::int64_t, std::vector<std::size_t>> by_usn_;
};

}  // namespace

bool supersedes(const Candidate& newer, const Candidate& older, std::optional<versions::Family> family) {
  if (family != versions::family_of(older.target_os)) return false;
  const std::vector<Candidate> both{older, newer};
  return Index(both).is_superseded_by(0, 1);
}

std::map<AdvisoryName, AdvisoryName> find_successors(std::span<const Candidate> candidates) {
  const Index index(candidates);
  std::map<std::size_t, std::size_t> successor;
  // The USN rule looks at names and the package rule at versions: together they could point in a circle. The last pointer of one is
  // dropped.
  const auto leads_to = [&](std::size_t from, std::size_t to) {
    for (auto place = successor.find(from); from != to && place != successor.end(); place = successor.find(from)) from = place->second;
    return from == to;
  };
  std::map<AdvisoryName, AdvisoryName> out;
  for (std::size_t older = 0; older < candidates.size(); ++older) {
    const auto newer = index.successor_of(older);
    if (!newer || leads_to(*newer, older)) continue;
    successor[older] = *newer;
    out[candidates[older].name] = candidates[*newer].name;
  }
  return out;
}

}  // namespace spm::catalogue
