#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <span>

#include "log/log.hpp"
#include "scoring/scoring.hpp"
#include "scoring/store.hpp"

namespace spm::scoring {
namespace {

constexpr std::size_t kChunk = 1000;
constexpr std::chrono::minutes kRescoreEvery{10};

std::string optional_text(const auto& value) { return value ? fmt::format("{}", *value) : "-"; }

// Grows when the way of computing changes, so that everything is computed again.
constexpr int kFormula = 1;

// FNV-1a, 64 bits: tells "the same inputs" from others; nothing secret hangs on it.
std::string hash_of(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const unsigned char c : text) hash = (hash ^ c) * 1099511628211ULL;
  return fmt::format("{:016x}", hash);
}

std::string text_of(const Weights& w) {
  return fmt::format("{}|{} {} {} {} {} {} {} {} {}|{}|{}|{}", kFormula, w.kernel, w.reboot, w.config, w.dependency, w.dependency_max,
                     w.size_per_mb, w.size_max, w.history_factor, w.small_bonus, fmt::join(w.patterns.kernel, ","),
                     fmt::join(w.patterns.reboot, ","), fmt::join(w.patterns.config, ","));
}

std::string input_hash(const store::Inputs& inputs, const std::string& weights) {
  const auto& s = inputs.score;
  auto text = fmt::format("{}|{}|{}|{}|{}|{} {}|{}|{}|{}", weights, fmt::join(s.packages, ","), inputs.package_count, s.reboot_suggested,
                          s.dependency_count, s.times_tested, s.times_failed, optional_text(s.total_size_kb),
                          static_cast<int>(inputs.severity), inputs.context.weight());
  for (const auto& cve : inputs.cves) {
    text += fmt::format("|{} {} {} {}", cve.id, optional_text(cve.cvss), optional_text(cve.epss), cve.known_exploited);
  }
  return hash_of(text);
}

store::Scored score_one(const store::Inputs& inputs, const Weights& weights, std::string hash) {
  return {inputs,
          score(inputs.score, weights),
          affects_kernel(inputs.score, weights.patterns),
          requires_reboot(inputs.score, weights.patterns),
          modifies_config(inputs.score, weights.patterns),
          urgency(inputs.cves, inputs.severity, inputs.context),
          std::move(hash)};
}

void add_unknown(const std::set<AdvisoryName>& unknown, Recalculation& report) {
  for (const auto& name : unknown) {
    report.errors.push_back(
        {name, "erratum " + name.value + " is not in the catalogue; if it is new, start a sync (POST /api/v1/sync/trigger)"});
  }
}

void add(Recalculation& sum, Recalculation part) {
  sum.calculated += part.calculated;
  sum.updated += part.updated;
  sum.skipped += part.skipped;
  sum.errors.insert(sum.errors.end(), std::make_move_iterator(part.errors.begin()), std::make_move_iterator(part.errors.end()));
}

}  // namespace

Recalculation recalculate(db::Tx& tx, const std::vector<AdvisoryName>& names, Force force, const Weights& defaults, Time now) {
  const auto weights = load_weights(tx, defaults);
  const auto weights_text = text_of(weights);
  Recalculation report;
  json::array rows;
  std::set<AdvisoryName> unknown(names.begin(), names.end());
  for (const auto& inputs : store::load_inputs(tx, names)) {
    unknown.erase(inputs.erratum);
    if (!inputs.has_packages) {
      report.errors.push_back(
          {inputs.erratum, "the packages of " + inputs.erratum.value +
                               " are not known, so it cannot be scored; they are read once it applies to a managed system"});
      continue;
    }
    auto hash = input_hash(inputs, weights_text);
    if (force == Force::No && inputs.stored_hash == hash) {
      ++report.skipped;
      continue;
    }
    ++(inputs.stored_hash ? report.updated : report.calculated);
    rows.push_back(store::to_row(score_one(inputs, weights, std::move(hash))));
  }
  store::store_profiles(tx, rows, now);
  add_unknown(unknown, report);
  return report;
}

Recalculation recalculate(db::Pool& pool, const std::vector<AdvisoryName>& names, Force force, const Weights& defaults, Time now) {
  Recalculation report;
  for (std::size_t at = 0; at < names.size(); at += kChunk) {
    const auto begin = names.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(kChunk, names.size() - at));
    db::Tx tx(pool);
    add(report, recalculate(tx, {begin, end}, force, defaults, now));
    tx.commit();
  }
  return report;
}

Recalculation recalculate_all(db::Pool& pool, Force force, const Weights& defaults, Time now) {
  std::vector<AdvisoryName> names;
  {
    db::Tx tx(pool);
    names = store::scorable(tx);
    tx.commit();
  }
  return recalculate(pool, names, force, defaults, now);
}

configuration::ScoreEffect compare_scores(db::Pool& pool, const Weights& weights) {
  db::Tx tx(pool);
  const auto names = store::scorable(tx);
  configuration::ScoreEffect effect;
  for (std::size_t at = 0; at < names.size(); at += kChunk) {
    const auto begin = names.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(std::min(kChunk, names.size() - at));
    for (const auto& inputs : store::load_inputs(tx, {begin, end})) {
      if (!inputs.stored_score) continue;
      ++effect.scored;
      if (score(inputs.score, weights).final_score != *inputs.stored_score) ++effect.changed;
    }
  }
  return effect;
}

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, const Weights& defaults) {
  const auto rescore = [&pool, &clock, defaults](std::stop_token) {
    const auto report = recalculate_all(pool, Force::No, defaults, clock.now());
    if (report.calculated + report.updated == 0) return;
    log::info("scoring", "scores followed their inputs", {{"calculated", report.calculated}, {"updated", report.updated}});
  };
  return {{std::string(kRescoreJob), kRescoreEvery, rescore}};
}

}  // namespace spm::scoring
