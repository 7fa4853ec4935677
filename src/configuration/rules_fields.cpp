// The table of fields.

#include <algorithm>
#include <boost/json/value_from.hpp>
#include <boost/json/value_to.hpp>

#include "base/package_grammar.hpp"
#include "configuration/rules.hpp"

namespace spm::configuration {
namespace {

template <auto Section, auto Member>
json::value read_member(const Document& document) {
  return json::value_from(document.*Section.*Member);
}

template <auto Section, auto Member>
void write_member(Document& document, const json::value& value) {
  auto& place = document.*Section.*Member;
  place = json::value_to<std::remove_reference_t<decltype(place)>>(value);
}

template <auto Member>
json::value read_patterns(const Document& document) {
  return json::value_from(document.score.patterns.*Member);
}

template <auto Member>
void write_patterns(Document& document, const json::value& value) {
  document.score.patterns.*Member = json::value_to<std::vector<std::string>>(value);
}

bool is_pattern(std::string_view text) {
  const bool has_mark = text.ends_with('$') || text.ends_with('#');
  const auto beginning = has_mark ? text.substr(0, text.size() - 1) : text;
  return beginning.size() <= 200 && !beginning.empty() && std::all_of(beginning.begin(), beginning.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  std::string_view("+._:~-").find(c) != std::string_view::npos;
         });
}

bool is_service(std::string_view text) {
  for (;;) {
    const auto bar = text.find('|');
    if (!is_unit_name(text.substr(0, bar))) return false;
    if (bar == std::string_view::npos) return true;
    text.remove_prefix(bar + 1);
  }
}

// The row with the access to its member.
template <auto Section, auto Member>
Field at(Field field) {
  field.read = read_member<Section, Member>;
  field.write = write_member<Section, Member>;
  return field;
}

template <auto Member>
Field pattern_at(Field field) {
  field.read = read_patterns<Member>;
  field.write = write_patterns<Member>;
  return field;
}

std::vector<Field> score_fields() {
  return {
      at<&Document::score, &ScoreWeights::kernel>({.name = "score.kernel",
                                                   .maximum = 100,
                                                   .unit = "points",
                                                   .description = "Taken off when a kernel or boot package is in it.",
                                                   .is_score = true}),
      at<&Document::score, &ScoreWeights::reboot>(
          {.name = "score.reboot", .maximum = 100, .unit = "points", .description = "Taken off when it needs a reboot.", .is_score = true}),
      at<&Document::score, &ScoreWeights::config>({.name = "score.config",
                                                   .maximum = 100,
                                                   .unit = "points",
                                                   .description = "Taken off when a service with much configuration is in it.",
                                                   .is_score = true}),
      at<&Document::score, &ScoreWeights::dependency>({.name = "score.dependency",
                                                       .maximum = 100,
                                                       .unit = "points",
                                                       .description = "Taken off for each further package that changes with it.",
                                                       .is_score = true}),
      at<&Document::score, &ScoreWeights::dependency_max>({.name = "score.dependency_max",
                                                           .maximum = 100,
                                                           .unit = "points",
                                                           .description = "Limit of what dependencies take off.",
                                                           .is_score = true}),
      at<&Document::score, &ScoreWeights::size_per_mb>({.name = "score.size_per_mb",
                                                        .kind = Kind::Number,
                                                        .maximum = 100,
                                                        .unit = "points",
                                                        .description = "Taken off for each MB of packages.",
                                                        .is_score = true}),
      at<&Document::score, &ScoreWeights::size_max>(
          {.name = "score.size_max", .maximum = 100, .unit = "points", .description = "Limit of what size takes off.", .is_score = true}),
      at<&Document::score, &ScoreWeights::history_factor>(
          {.name = "score.history_factor",
           .kind = Kind::Number,
           .maximum = 100,
           .unit = "points",
           .description = "Multiplied with the rate of failed tests of the same erratum, and taken off.",
           .is_score = true}),
      at<&Document::score, &ScoreWeights::small_bonus>({.name = "score.small_bonus",
                                                        .maximum = 100,
                                                        .unit = "points",
                                                        .description = "Added for packages of less than 100 KB in all.",
                                                        .is_score = true}),
      pattern_at<&Patterns::kernel>(
          {.name = "patterns.kernel",
           .kind = Kind::Texts,
           .is_item = is_pattern,
           .description =
               "Beginnings of the names of kernel and boot packages; with $ at its end the whole name, with # a digit must follow.",
           .is_score = true}),
      pattern_at<&Patterns::reboot>({.name = "patterns.reboot",
                                     .kind = Kind::Texts,
                                     .is_item = is_pattern,
                                     .description = "Beginnings of the names of packages that need a reboot.",
                                     .is_score = true}),
      pattern_at<&Patterns::config>({.name = "patterns.config",
                                     .kind = Kind::Texts,
                                     .is_item = is_pattern,
                                     .description = "Beginnings of the names of services with much configuration.",
                                     .is_score = true}),
  };
}

std::vector<Field> test_fields() {
  return {
      at<&Document::thresholds, &Thresholds::cpu_delta>({.name = "thresholds.cpu_delta",
                                                         .kind = Kind::Number,
                                                         .maximum = 100,
                                                         .unit = "percentage points",
                                                         .description = "Rise of CPU use after the patch that is still accepted."}),
      at<&Document::thresholds, &Thresholds::memory_delta>({.name = "thresholds.memory_delta",
                                                            .kind = Kind::Number,
                                                            .maximum = 100,
                                                            .unit = "percentage points",
                                                            .description = "Rise of memory use after the patch that is still accepted."}),
      at<&Document::thresholds, &Thresholds::failed_services>(
          {.name = "thresholds.failed_services",
           .maximum = 100,
           .unit = "units",
           .description = "Further failed units after the patch that are still accepted."}),
      at<&Document::critical_services, &CriticalServices::ubuntu>(
          {.name = "critical_services.ubuntu",
           .kind = Kind::Texts,
           .is_item = is_service,
           .description = "Units that must run on Ubuntu; alternatives separated by |."}),
      at<&Document::critical_services, &CriticalServices::debian>({.name = "critical_services.debian",
                                                                   .kind = Kind::Texts,
                                                                   .is_item = is_service,
                                                                   .description = "Units that must run on Debian."}),
      at<&Document::critical_services, &CriticalServices::rhel>({.name = "critical_services.rhel",
                                                                 .kind = Kind::Texts,
                                                                 .is_item = is_service,
                                                                 .description = "Units that must run on RHEL and what is built from it."}),
      at<&Document::critical_services, &CriticalServices::suse>(
          {.name = "critical_services.suse", .kind = Kind::Texts, .is_item = is_service, .description = "Units that must run on SUSE."}),
      at<&Document::policies, &Policies::metrics_required>(
          {.name = "policies.metrics_required",
           .kind = Kind::Flag,
           .description = "A test whose metrics could not be measured fails; otherwise the check is shown as skipped."}),
      at<&Document::policies, &Policies::snapshot_required>(
          {.name = "policies.snapshot_required", .kind = Kind::Flag, .description = "No snapshot, no test."}),
      at<&Document::policies, &Policies::restore_after_test>(
          {.name = "policies.restore_after_test", .kind = Kind::Flag, .description = "Put the test system back after a passed test too."}),
      at<&Document::policies, &Policies::rollback_proof_required>(
          {.name = "policies.rollback_proof_required",
           .kind = Kind::Flag,
           .description = "Nothing is changed on a test system before a way back is proven."}),
  };
}

std::vector<Field> decision_fields() {
  return {
      at<&Document::policies, &Policies::four_eyes_critical>(
          {.name = "policies.four_eyes_critical", .kind = Kind::Flag, .description = "Two different people approve severity Critical."}),
      at<&Document::policies, &Policies::four_eyes_kernel>({.name = "policies.four_eyes_kernel",
                                                            .kind = Kind::Flag,
                                                            .description = "Two different people approve kernel and boot packages."}),
      at<&Document::policies, &Policies::four_eyes_low_score>(
          {.name = "policies.four_eyes_low_score",
           .kind = Kind::Flag,
           .description = "Two different people approve what has a Success Score below four_eyes_score."}),
      at<&Document::policies, &Policies::four_eyes_score>({.name = "policies.four_eyes_score",
                                                           .maximum = 100,
                                                           .unit = "points",
                                                           .description = "The Success Score of four_eyes_low_score."}),
      at<&Document::policies, &Policies::creator_may_not_approve>(
          {.name = "policies.creator_may_not_approve", .kind = Kind::Flag, .description = "Who queued an item does not approve it."}),
      at<&Document::service_levels, &ServiceLevels::critical>(
          {.name = "service_levels.critical",
           .minimum = 1,
           .maximum = 3650,
           .unit = "days",
           .description = "From when a Critical erratum became applicable until it should be decided."}),
      at<&Document::service_levels, &ServiceLevels::high>(
          {.name = "service_levels.high", .minimum = 1, .maximum = 3650, .unit = "days", .description = "Likewise for High."}),
      at<&Document::service_levels, &ServiceLevels::medium>({.name = "service_levels.medium",
                                                             .minimum = 1,
                                                             .maximum = 3650,
                                                             .unit = "days",
                                                             .description = "Likewise for Medium, and for a severity that is not known."}),
      at<&Document::service_levels, &ServiceLevels::low>(
          {.name = "service_levels.low", .minimum = 1, .maximum = 3650, .unit = "days", .description = "Likewise for Low."}),
      at<&Document::queue, &Queue::mode>({.name = "queue.mode",
                                          .kind = Kind::Choice,
                                          .choices = {"safest", "security", "smart"},
                                          .description = "What is tested first: what is safest, what is most urgent, or what is both."}),
  };
}

std::vector<Field> retention_fields() {
  return {
      at<&Document::retention, &Retention::evidence_days>({.name = "retention.evidence_days",
                                                           .minimum = 30,
                                                           .maximum = 36500,
                                                           .unit = "days",
                                                           .description = "From the end of a test and the last decision on it until its "
                                                                          "raw evidence is removed: commands with their outputs, the list "
                                                                          "of installed packages. Its result and its hash stay."}),
      at<&Document::retention, &Retention::events_days>(
          {.name = "retention.events_days",
           .minimum = 7,
           .maximum = 36500,
           .unit = "days",
           .description = "Until events are removed, the log lines of a test and notices among them."}),
      at<&Document::retention, &Retention::sync_runs_days>(
          {.name = "retention.sync_runs_days",
           .minimum = 7,
           .maximum = 36500,
           .unit = "days",
           .description = "Until runs of the synchronisation are removed; the newest stay."}),
  };
}

}  // namespace

std::span<const Field> fields() {
  static const auto table = [] {
    auto all = score_fields();
    for (auto more : {test_fields(), decision_fields(), retention_fields()}) all.insert(all.end(), more.begin(), more.end());
    return all;
  }();
  return table;
}

}  // namespace spm::configuration
