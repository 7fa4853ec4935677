#include "engine/operations.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/store.hpp"
#include "engine/token.hpp"
#include "log/log.hpp"

namespace spm::engine {

using std::chrono::seconds;

std::string_view to_string(OperationKind kind) {
  switch (kind) {
    case OperationKind::Commands: return "commands";
    case OperationKind::ApplyErrata: return "apply_errata";
    case OperationKind::Reboot: return "reboot";
  }
  return "commands";
}

std::string_view to_string(OperationState state) {
  switch (state) {
    case OperationState::Intended: return "intended";
    case OperationState::Started: return "started";
    case OperationState::Succeeded: return "succeeded";
    case OperationState::Failed: return "failed";
    case OperationState::Lost: return "lost";
  }
  return "lost";
}

std::string Operation::reason() const {
  const auto* reason = result.if_contains("reason");
  return reason != nullptr && reason->is_string() ? std::string(reason->get_string()) : std::string("no reason was given");
}

WaitUntil Operations::wait(std::chrono::duration<double> pause, std::string why) const {
  return {clock_.now() + scaled(pause, settings_.time_factor), std::move(why), {}};
}

void Operations::hold(db::Tx& tx) const { (void)store::hold_run(tx, lease_); }

std::optional<Operation> Operations::find(Phase phase, std::string_view name) {
  db::Tx tx(pool_);
  auto found = store::latest_operation(tx, run_.id, phase, name);
  tx.commit();
  return found;
}

bool Operations::is_known(OperationKind kind, const std::string& upstream_id, std::int64_t except) {
  db::Tx tx(pool_);
  const bool is_known = store::is_known_action(tx, kind, upstream_id, except);
  tx.commit();
  return is_known;
}

Operation Operations::intend(const Effect& effect) {
  for (int tries = 0; tries < 50; ++tries) {
    db::Tx tx(pool_);
    (void)store::hold_run(tx, lease_);
    const auto now = clock_.now();
    auto operation = store::intend_operation(tx, run_, effect, next_token(now), now);
    if (!operation) continue;
    tx.commit();
    return *operation;
  }
  throw std::runtime_error(fmt::format("no free token for operation {} of test {}", effect.name, run_.id.value));
}

void Operations::start(Operation& operation, const std::string& upstream_id) {
  db::Tx tx(pool_);
  (void)store::hold_run(tx, lease_);
  store::start_operation(tx, operation.id, upstream_id, clock_.now());
  tx.commit();
  operation.state = OperationState::Started;
  operation.upstream_id = upstream_id;
  operation.acted_at = clock_.now();
}

void Operations::close(Operation& operation, OperationState state, json::object result) {
  db::Tx tx(pool_);
  (void)store::hold_run(tx, lease_);
  store::close_operation(tx, operation.id, state, result, clock_.now());
  tx.commit();
  operation.state = state;
  operation.result = std::move(result);
}

Awaited<Operation> Operations::act(const Effect& effect, Operation operation) {
  failpoint_(fmt::format("{}.intended", effect.name));
  lease_.require_held();
  const auto upstream_id = effect.act(operation);
  failpoint_(fmt::format("{}.acted", effect.name));
  if (upstream_id) {
    start(operation, *upstream_id);
    failpoint_(fmt::format("{}.started", effect.name));
    return operation;
  }
  const Error& error = upstream_id.error();
  log::warning("engine", "an operation could not be started", {{"operation", effect.name}, {"error", error.message}});
  if (error.upstream == UpstreamFailure::Refused || error.upstream == UpstreamFailure::None)
    return refused(effect, std::move(operation), error);
  // Nothing more is known than that an intent stands: the next call looks for it before it acts again.
  return Outcome(wait(seconds(5), error.message));
}

// A repeated act can be refused because the first one did arrive after all.
Awaited<Operation> Operations::refused(const Effect& effect, Operation operation, const Error& error) {
  const auto found = effect.find(operation);
  if (!found) return Outcome(wait(seconds(5), found.error().message));
  if (*found) {
    start(operation, **found);
    return operation;
  }
  json::object result{{"reason", error.message}};
  if (const auto* code = error.details.if_contains("fault_code")) result["fault_code"] = *code;
  close(operation, OperationState::Failed, std::move(result));
  return operation;
}

Awaited<Operation> Operations::adopt_or_act(const Effect& effect, Operation operation) {
  lease_.require_held();
  const auto found = effect.find(operation);
  if (!found) return Outcome(wait(seconds(5), found.error().message));
  if (*found) {
    log::info("engine", "took over an operation that was already under way", {{"operation", effect.name}, {"upstream_id", **found}});
    start(operation, **found);
    return operation;
  }
  const auto now = clock_.now();
  if (now < operation.acted_at + settings_.settle) {
    return Outcome(WaitUntil{operation.acted_at + settings_.settle,
                             fmt::format("making sure that \"{}\" did not happen before it is repeated", effect.name),
                             {}});
  }
  repeat(operation, now);
  return act(effect, std::move(operation));
}

// In transactions of their own, closed before anything is done outside: no connection is held over an upstream call.
void Operations::repeat(Operation& operation, Time now) {
  db::Tx tx(pool_);
  (void)store::hold_run(tx, lease_);
  store::act_again(tx, operation.id, now);
  tx.commit();
  operation.acted_at = now;
}

std::optional<Operation> Operations::existing(std::string_view name) {
  db::Tx tx(pool_);
  auto found = store::find_operation(tx, run_, name);
  tx.commit();
  return found;
}

Awaited<Operation> Operations::begun(const Effect& effect) {
  auto operation = existing(effect.name);
  if (!operation) return act(effect, intend(effect));
  if (operation->state == OperationState::Intended) return adopt_or_act(effect, std::move(*operation));
  return *operation;
}

Awaited<Operation> Operations::poll(const Effect& effect, Operation operation) {
  const auto progress = effect.report(operation);
  const auto now = clock_.now();
  const bool is_out_of_patience = now >= operation.acted_at + effect.patience;
  if (progress && progress->state != OperationState::Started) {
    close(operation, progress->state, progress->result);
    return operation;
  }
  if (is_out_of_patience) {
    const auto last_word = progress ? std::string("it was still under way") : progress.error().message;
    close(operation, OperationState::Lost,
          {{"reason", fmt::format("no end of it was seen within {} s: {}", effect.patience.count(), last_word)}});
    return operation;
  }
  const std::chrono::duration<double> age = now - operation.acted_at;
  const auto pause = std::clamp<std::chrono::duration<double>>(age * settings_.time_factor / 4, effect.poll_first, effect.poll_at_most);
  return Outcome(wait(pause, progress ? fmt::format("waiting for \"{}\"", effect.name) : progress.error().message));
}

Awaited<Operation> Operations::ended(const Effect& effect) {
  auto operation = begun(effect);
  if (!operation || operation->is_over()) return operation;
  // A fresh one is not asked for at once: the row becomes due again after the first pause.
  if (clock_.now() < operation->acted_at + scaled(effect.poll_first, settings_.time_factor)) {
    return Outcome(WaitUntil{
        operation->acted_at + scaled(effect.poll_first, settings_.time_factor), fmt::format("waiting for \"{}\"", effect.name), {}});
  }
  return poll(effect, *operation);
}

}  // namespace spm::engine
