// Applies the erratum through UYUNI, once, and believes the system alone about what came of it: at least one of the erratum's packages
// must have another version afterwards.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <stdexcept>

#include "engine/steps/steps.hpp"

namespace spm::engine::steps {
namespace {

// UYUNI's own words for a patch that never reached the system (uyuni-xmlrpc 14): those say nothing about the patch.
bool is_about_the_system(const std::string& message) {
  return message.find("Minion is down") != std::string::npos || message.find("could not be contacted") != std::string::npos;
}
bool is_lost_return(const std::string& message) { return message.find("No job return event was received") != std::string::npos; }

// A failure without a word is a minion that was not in the Salt master's answer (uyuni-xmlrpc 14).
bool is_unexplained(const Operation& operation) {
  const auto* flag = operation.result.if_contains("is_unexplained");
  return flag != nullptr && flag->as_bool();
}

FailureClass class_of(const Operation& operation) {
  const bool was_taken = !operation.upstream_id.empty() && !is_unexplained(operation);
  if (!was_taken || is_about_the_system(operation.reason())) return FailureClass::Infra;
  return is_lost_return(operation.reason()) ? FailureClass::Transient : FailureClass::Patch;
}

struct Landed {
  std::vector<PackageChange> all;
  std::vector<PackageChange> own;    // of the packages that the errata name
  std::vector<std::string> missing;  // errata of which no package has changed
  json::object architectures;        // of those that changed
  json::object observed;             // whether it is on the system, by the system's own word
};

Awaited<Landed> what_landed(StepContext& context) {
  const auto now = context.installed("packages");
  if (!now) return now.answer();
  const auto before = installed_from(context.baseline().at("packages").as_object());
  Landed landed;
  landed.all = differences(before, *now);
  const auto look = [&](const AdvisoryName& erratum, const std::vector<std::string>& names) {
    const auto changes = of_erratum(context.family(), landed.all, names);
    if (changes.empty()) landed.missing.push_back(erratum.value);
    for (const auto& change : changes) {
      const bool is_known = std::any_of(landed.own.begin(), landed.own.end(), [&](const auto& own) { return own.name == change.name; });
      if (!is_known) landed.own.push_back(change);
    }
  };
  look(context.run().erratum, context.run().subject.package_names);
  for (const auto& other : context.run().subject.further) look(other.erratum, other.package_names);
  const auto architectures = context.architectures("packages");
  if (!architectures) return architectures.answer();
  for (const auto& change : landed.all) {
    if (const auto known = architectures->find(change.name); known != architectures->end())
      landed.architectures[change.name] = known->second;
  }
  landed.observed = observed(landed.missing.empty(), "package versions on the system, before against after", context.seen_at("packages"));
  return landed;
}

json::object evidence_of(const Operation& operation, const Landed& landed) {
  return {{"action_id", operation.upstream_id},
          {"state", to_string(operation.state)},
          {"message", operation.result.contains("message") ? operation.result.at("message") : json::value("")},
          {"packages", to_json(landed.all)},
          {"architectures", landed.architectures},
          {"patched", landed.observed}};
}

// It did not end in time, or vanished. Unless it has changed the packages it may still do so, also after a rollback.
Outcome gave_up(StepContext& context, const Operation& operation, const Landed& landed) {
  const bool may_still_run = landed.own.empty() && !operation.upstream_id.empty();
  return Fail{FailureClass::Transient,
              fmt::format("UYUNI's action {} for {} did not come to an end: {}; {}", operation.upstream_id, context.run().erratum.value,
                          operation.reason(), landed.all.empty() ? "no package has changed" : "changed so far: " + describe(landed.all)),
              {{"unsettled_action", may_still_run ? operation.upstream_id : ""}, {kObservedPatched, landed.observed}},
              evidence_of(operation, landed)};
}

Outcome completed(StepContext& context, const Operation& operation, const Landed& landed) {
  const auto& run = context.run();
  if (!landed.missing.empty()) {
    return Fail{FailureClass::Patch,
                fmt::format("UYUNI's action {} for {} succeeded but no package version changed on {}", operation.upstream_id,
                            fmt::join(landed.missing, ", "), run.subject.system_name),
                {{kObservedPatched, landed.observed}},
                evidence_of(operation, landed)};
  }
  const auto further = static_cast<std::int64_t>(landed.all.size() - landed.own.size());
  auto evidence = evidence_of(operation, landed);
  evidence["further_packages"] = further;
  return Done{fmt::format("action {} applied {}: {}", operation.upstream_id, run.erratum.value, describe(landed.all)),
              {{"further_packages", further}, {kObservedPatched, landed.observed}},
              std::move(evidence)};
}

std::vector<UyuniErratumId> scheduling_ids(const Run& run) {
  const auto first = number_fact(run, "uyuni_erratum_id");
  if (!first) throw std::logic_error(fmt::format("test {} has no scheduling id for {}", run.id.value, run.erratum.value));
  std::vector<UyuniErratumId> ids{UyuniErratumId{*first}};
  const auto* further = run.facts.if_contains("further_erratum_ids");
  if (further != nullptr) {
    for (const auto& id : further->as_array()) ids.push_back(UyuniErratumId{id.as_int64()});
  }
  return ids;
}

}  // namespace

Outcome patch(StepContext& context) {
  const auto& run = context.run();
  const auto action = context.apply_errata("apply", scheduling_ids(run));
  if (!action) return action.answer();

  if (action->state == OperationState::Failed) {
    return Fail{class_of(*action),
                fmt::format("{} could not be applied to {}: {}", run.erratum.value, run.subject.system_name, action->reason()),
                {},
                {{"action_id", action->upstream_id}, {"message", action->reason()}}};
  }
  if (action->state == OperationState::Lost && !action->upstream_id.empty()) {
    const auto cancelled = context.fleet().cancel_action(run.system, ActionId{std::stoll(action->upstream_id)});
    if (!cancelled && cancelled.error().upstream == UpstreamFailure::Unreachable &&
        context.now() + std::chrono::minutes(5) < run.phase_deadline) {
      return WaitUntil{context.after(std::chrono::seconds(15)), cancelled.error().message, {}};
    }
  }
  const auto landed = what_landed(context);
  if (!landed) return landed.answer();
  return action->state == OperationState::Lost ? gave_up(context, *action, *landed) : completed(context, *action, *landed);
}

}  // namespace spm::engine::steps
