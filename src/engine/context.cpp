#include "engine/context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "engine/phases.hpp"
#include "engine/text.hpp"
#include "net/utf8.hpp"
#include "queue/queue.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostOutput = 4 * 1024 * 1024;  // what the port promises for a batch; more is no answer

json::object describe(const std::vector<ports::Command>& commands) {
  json::array list;
  for (const auto& command : commands) {
    list.push_back(
        json::object{{"argv", json::array(command.argv.begin(), command.argv.end())}, {"timeout_seconds", command.timeout.count()}});
  }
  return {{"commands", std::move(list)}};
}

Progress done(const ports::BatchReport& report, std::size_t expected) {
  std::size_t bytes = 0;
  json::array outputs;
  for (const auto& output : report.outputs) {
    bytes += output.output.size();
    outputs.push_back(json::object{{"exit", output.exit_status}, {"output", storable(output.output)}});
  }
  if (report.outputs.size() != expected) {
    return {OperationState::Lost, {{"reason", fmt::format("{} of {} commands were answered", report.outputs.size(), expected)}}};
  }
  if (bytes > kMostOutput)
    return {OperationState::Failed, {{"reason", fmt::format("the outputs are {} bytes long, more than {}", bytes, kMostOutput)}}};
  return {OperationState::Succeeded, {{"outputs", std::move(outputs)}}};
}

Outputs outputs_of(const Operation& operation) {
  Outputs outputs;
  for (const auto& entry : operation.result.at("outputs").as_array()) {
    const auto& object = entry.as_object();
    outputs.push_back({static_cast<int>(object.at("exit").as_int64()), std::string(object.at("output").as_string())});
  }
  return outputs;
}

Result<ActionId> action_id(const Operation& operation) {
  const auto number = number_in<std::int64_t>(operation.upstream_id);
  if (!number) return fail(ErrorCode::InternalError, fmt::format("operation {} has no action id", operation.id));
  return ActionId{*number};
}

Progress progress_of(const ports::ActionReport& report) {
  const auto because = [&](std::string_view otherwise) {
    return json::object{{"reason", report.message.empty() ? std::string(otherwise) : storable(shortened(report.message, 8000))}};
  };
  switch (report.state) {
    case ports::ActionState::Queued:
    case ports::ActionState::PickedUp: return {OperationState::Started, {}};
    case ports::ActionState::Completed: return {OperationState::Succeeded, {{"message", storable(shortened(report.message, 8000))}}};
    case ports::ActionState::Failed: {
      auto result = because("UYUNI gave no reason, as when the Salt master did not take the job for this system");
      result["is_unexplained"] = report.message.empty();
      return {OperationState::Failed, std::move(result)};
    }
    case ports::ActionState::Gone:
      return {OperationState::Lost, because("the system is not listed under the action any more: somebody cancelled it")};
  }
  return {};
}

template <class Id>
Result<std::string> as_text(const Result<Id>& id) {
  if (!id) return tl::unexpected(id.error());
  return std::to_string(id->value);
}

}  // namespace

std::string storable(std::string_view output) {
  std::string text(output);
  std::replace(text.begin(), text.end(), '\0', '?');
  if (!net::is_utf8(text)) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; }, '?');
  }
  return text;
}

versions::Family StepContext::family() const {
  const auto family = versions::family_of(run_.target_os);
  if (!family) throw std::logic_error(fmt::format("test {} is for {}, whose packages are not known", run_.id.value, run_.target_os));
  return *family;
}

Effect StepContext::commands_effect(const std::string& name, const std::vector<ports::Command>& commands, std::chrono::seconds start_up) {
  const auto batch_of = [this, commands](const Operation& operation) {
    return ports::CommandBatch{run_.target(), commands, operation.token, operation.intended_at};
  };
  const auto needed =
      std::accumulate(commands.begin(), commands.end(), 0s, [](auto sum, const ports::Command& command) { return sum + command.timeout; });
  Effect effect;
  effect.name = name;
  effect.kind = OperationKind::Commands;
  effect.request = describe(commands);
  effect.act = [this, batch_of](const Operation& operation) { return ports_.commands.start(batch_of(operation)); };
  effect.find = [this, batch_of](const Operation& operation) { return ports_.commands.find(batch_of(operation)); };
  effect.report = [this, batch_of, count = commands.size()](const Operation& operation) -> Result<Progress> {
    const auto report = ports_.commands.report(batch_of(operation), operation.upstream_id);
    if (!report) return tl::unexpected(report.error());
    if (report->state == ports::BatchState::Running) return Progress{};
    if (report->state == ports::BatchState::Lost)
      return Progress{OperationState::Lost, {{"reason", storable(shortened(report->reason, 2000))}}};
    return done(*report, count);
  };
  effect.patience = needed + start_up;
  effect.poll_first = 2s;
  effect.poll_at_most = 10s;
  return effect;
}

Awaited<Batch> StepContext::batch(const std::string& name, const std::vector<ports::Command>& commands, std::chrono::seconds start_up) {
  const auto operation = operations_.ended(commands_effect(name, commands, start_up));
  if (!operation) return operation.answer();
  if (operation->state == OperationState::Succeeded) return Batch{OperationState::Succeeded, outputs_of(*operation), {}};
  return Batch{operation->state, {}, operation->reason()};
}

Awaited<Outputs> StepContext::commands(const std::string& name, const std::vector<ports::Command>& commands) {
  constexpr int kTries = 3;
  std::string reason;
  for (int tries = 1; tries <= kTries; ++tries) {
    const auto ended = batch(tries == 1 ? name : fmt::format("{}~{}", name, tries), commands);
    if (!ended) return ended.answer();
    if (ended->is_done()) return ended->outputs;
    reason = ended->reason;
    if (ended->state == OperationState::Failed) break;
  }
  return Outcome(
      Fail{row_of(run_.phase).trouble, fmt::format("commands could not be run on {}: {}", run_.subject.system_name, reason), {}, {}});
}

Awaited<Operation> StepContext::apply_errata(const std::string& name, const std::vector<UyuniErratumId>& errata) {
  Effect effect;
  effect.name = name;
  effect.kind = OperationKind::ApplyErrata;
  json::array ids;
  for (const auto id : errata) ids.emplace_back(id.value);
  effect.request = {{"erratum", run_.erratum.value}, {"uyuni_erratum_ids", std::move(ids)}, {"system", run_.system.value}};
  effect.act = [this, errata](const Operation&) { return as_text(ports_.fleet.schedule_errata(run_.system, errata, now())); };
  effect.find = [this](const Operation& operation) { return find_action(ports::ActionKind::PatchUpdate, operation); };
  effect.report = [this](const Operation& operation) -> Result<Progress> {
    const auto id = action_id(operation);
    if (!id) return tl::unexpected(id.error());
    const auto report = ports_.fleet.action_report(run_.system, *id);
    if (!report) return tl::unexpected(report.error());
    return progress_of(*report);
  };
  effect.patience = settings_.action_timeout;
  effect.poll_first = 15s;
  effect.poll_at_most = 15s;
  return operations_.ended(effect);
}

Awaited<Operation> StepContext::schedule_reboot(const std::string& name) {
  Effect effect;
  effect.name = name;
  effect.kind = OperationKind::Reboot;
  effect.request = {{"system", run_.system.value}};
  effect.act = [this](const Operation&) { return as_text(ports_.fleet.schedule_reboot(run_.system, now())); };
  effect.find = [this](const Operation& operation) { return find_action(ports::ActionKind::Reboot, operation); };
  effect.report = [](const Operation&) -> Result<Progress> { return Progress{}; };
  effect.patience = settings_.reboot_timeout;
  effect.poll_first = 15s;
  effect.poll_at_most = 15s;
  return operations_.begun(effect);
}

Result<std::optional<std::string>> StepContext::find_action(ports::ActionKind kind, const Operation& operation) {
  const auto found = ports_.fleet.find_action(run_.system, kind, run_.erratum, operation.intended_at);
  if (!found) return tl::unexpected(found.error());
  if (!*found) return std::nullopt;
  const auto id = std::to_string((*found)->value);
  // The look tolerates a minute of clock difference, so it can meet an earlier action of ours: that one is taken.
  const auto own_kind = kind == ports::ActionKind::Reboot ? OperationKind::Reboot : OperationKind::ApplyErrata;
  if (operations_.is_known(own_kind, id, operation.id)) return std::nullopt;
  return id;
}

Awaited<Installed> StepContext::installed(const std::string& name) {
  const auto outputs = commands(name, {list_packages(family())});
  if (!outputs) return outputs.answer();
  const auto& output = outputs->front();
  if (output.exit_status != 0)
    return Outcome(Retry{fmt::format("the package list could not be read (exit {}): {}", output.exit_status, first_line(output.output))});
  auto installed = read_packages(family(), output.output);
  if (!installed) return Outcome(Retry{installed.error().message});
  return std::move(*installed);
}

Awaited<std::map<std::string, std::string>> StepContext::architectures(const std::string& name) {
  const auto outputs = commands(name, {list_packages(family())});
  if (!outputs) return outputs.answer();
  return architectures_in(family(), outputs->front().output);
}

Time StepContext::seen_at(const std::string& name) {
  const auto operation = operations_.find(run_.phase, name);
  return operation ? operation->acted_at : now();
}

json::object StepContext::baseline() {
  db::Tx tx(pool_);
  auto evidence = store::phase_evidence(tx, run_.id, Phase::Baseline);
  tx.commit();
  if (!evidence) throw std::logic_error(fmt::format("test {} has no baseline", run_.id.value));
  return *std::move(evidence);
}

std::vector<store::PhaseRecord> StepContext::phases() {
  db::Tx tx(pool_);
  auto records = store::phases_of(tx, run_.id);
  tx.commit();
  return records;
}

void StepContext::move_item(queue::Status from, queue::Status to, const std::string& reason) {
  db::Tx tx(pool_);
  operations_.hold(tx);
  const auto item = queue::lock(tx, run_.item);
  if (!item || item->status != from) return;
  const auto moved = queue::advance(tx, {.item = run_.item,
                                         .from = from,
                                         .to = to,
                                         .actor = "engine",
                                         .from_address = {},
                                         .reason = reason,
                                         .at = now(),
                                         .failure = {},
                                         .retry_after = {},
                                         .snooze_until = {},
                                         .superseded_by = {}});
  if (!moved) throw std::logic_error(moved.error().message);
  tx.commit();
}

}  // namespace spm::engine
