#include "queue/waiting.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace spm::queue {
namespace {

template <class Select, class Describe>
std::vector<std::string> described(const std::vector<Candidacy>& systems, Select select, Describe describe) {
  std::vector<std::string> texts;
  for (const Candidacy& system : systems) {
    if (select(system)) texts.push_back(describe(system));
  }
  return texts;
}

// What keeps the systems that miss the erratum from testing it; the first of busy, quarantined, offline that there is gives the code.
WaitingReason occupied(const std::vector<Candidacy>& eligible) {
  const auto busy = described(
      eligible, [](const Candidacy& s) { return !s.busy_with.empty(); },
      [](const Candidacy& s) { return fmt::format("{} is busy with {}", s.name, s.busy_with); });
  const auto quarantined = described(
      eligible, [](const Candidacy& s) { return s.busy_with.empty() && s.is_quarantined; },
      [](const Candidacy& s) { return fmt::format("{} is in quarantine until a person releases it", s.name); });
  const auto offline = described(
      eligible, [](const Candidacy& s) { return s.busy_with.empty() && !s.is_quarantined; },
      [](const Candidacy& s) { return fmt::format("{} does not answer ({})", s.name, s.offline_reason); });
  std::vector<std::string> all = busy;
  all.insert(all.end(), quarantined.begin(), quarantined.end());
  all.insert(all.end(), offline.begin(), offline.end());
  const auto code = !busy.empty() ? WaitingCode::AllBusy : offline.empty() ? WaitingCode::AllQuarantined : WaitingCode::Offline;
  return {code, fmt::format("no test system is free: {}", fmt::join(all, "; "))};
}

bool is_free(const Candidacy& system) { return system.busy_with.empty() && !system.is_quarantined && system.offline_reason.empty(); }

WaitingReason for_system(const std::vector<Candidacy>& systems) {
  if (systems.empty()) return {WaitingCode::NoTestSystem, "there is no test system of this OS"};
  std::vector<Candidacy> eligible;
  std::copy_if(systems.begin(), systems.end(), std::back_inserter(eligible), [](const Candidacy& s) { return s.misses_erratum; });
  if (eligible.empty())
    return {WaitingCode::NotApplicable, fmt::format("the erratum is not missing on any of the {} test systems of this OS", systems.size())};
  const auto free = std::find_if(eligible.begin(), eligible.end(), is_free);
  if (free != eligible.end())
    return {WaitingCode::Starting, fmt::format("{} is free; the test starts by itself when it is its turn", free->name)};
  return occupied(eligible);
}

WaitingReason queued(const WaitingFacts& facts) {
  auto obstacle = for_system(facts.systems);
  if (facts.was_asked_for) return obstacle;
  const bool could_start = obstacle.code == WaitingCode::Starting;
  return {WaitingCode::NotAsked, "nobody has asked for its test yet (POST /test/start, or a batch)" +
                                     (could_start ? std::string() : "; besides, " + obstacle.text)};
}

}  // namespace

std::string_view to_string(WaitingCode code) {
  switch (code) {
    case WaitingCode::NotAsked: return "not_asked";
    case WaitingCode::NoTestSystem: return "no_test_system";
    case WaitingCode::NotApplicable: return "not_applicable";
    case WaitingCode::AllBusy: return "all_busy";
    case WaitingCode::AllQuarantined: return "all_quarantined";
    case WaitingCode::Offline: return "offline";
    case WaitingCode::Starting: return "starting";
    case WaitingCode::Retry: return "retry";
    case WaitingCode::Snoozed: return "snoozed";
    case WaitingCode::OtherSystems: return "other_systems";
    case WaitingCode::Decision: return "decision";
  }
  return "not_asked";
}

std::optional<WaitingReason> waiting_reason(const WaitingFacts& facts) {
  switch (facts.status) {
    case Status::Queued: return queued(facts);
    case Status::RetryPending:
      return WaitingReason{WaitingCode::Retry,
                           fmt::format("it is tested again at {}; the last test ended with: {}",
                                       facts.retry_after ? format_time(*facts.retry_after) : "a later time", facts.failure_reason)};
    case Status::Snoozed:
      return WaitingReason{WaitingCode::Snoozed, fmt::format("it was put aside until {}",
                                                             facts.snooze_until ? format_time(*facts.snooze_until) : "a later time")};
    case Status::PendingApproval: return WaitingReason{WaitingCode::Decision, "it passed its test; a person must decide"};
    case Status::Testing:
    case Status::NeedsReboot:
    case Status::Rebooting:
      if (facts.unfinished_systems.empty()) return std::nullopt;
      return WaitingReason{WaitingCode::OtherSystems,
                           fmt::format("it is tested on all systems; {} {} not through: {}", facts.unfinished_systems.size(),
                                       facts.unfinished_systems.size() == 1 ? "is" : "are", fmt::join(facts.unfinished_systems, ", "))};
    default: return std::nullopt;
  }
}

}  // namespace spm::queue
