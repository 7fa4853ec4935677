#include <fmt/format.h>

#include "audit/audit.hpp"
#include "base/digest.hpp"
#include "cves/cves.hpp"
#include "cves/store.hpp"
#include "log/log.hpp"
#include "notifications/notifications.hpp"
#include "scoring/scoring.hpp"

namespace spm::cves {
namespace {

constexpr std::string_view kImported = "cves.imported";
constexpr std::chrono::minutes kLookEvery{5};

tl::unexpected<Error> not_believed(Source source, const std::string& why) {
  return fail(ErrorCode::ValidationError, fmt::format("the list {} was not taken: {}", to_string(source), why));
}

void tell(db::Tx& tx, Source source, std::string_view status, json::object more, Time now) {
  more["type"] = kImported;
  more["source"] = to_string(source);
  more["status"] = status;
  notifications::publish(tx, {.topic = "cves", .queue_id = {}, .test_id = {}, .payload = std::move(more), .at = now});
}

json::object facts(const State& state) {
  return {{"entries", state.entries ? json::value(*state.entries) : json::value(nullptr)},
          {"version", state.version ? json::value(*state.version) : json::value(nullptr)}};
}

void record(db::Tx& tx, const Order& order, const State& before, const Imported& imported, Time now) {
  json::object after{{"origin", order.origin}, {"entries", imported.entries}, {"changed", imported.changed}, {"version", imported.version}};
  audit::append(tx, {.actor = order.actor,
                     .from_address = {},
                     .action = "cves.import",
                     .subject_type = "cve_source",
                     .subject_id = std::string(to_string(order.source)),
                     .before = before.entries ? json::value(facts(before)) : json::value(nullptr),
                     .after = std::move(after),
                     .reason = "",
                     .at = now});
}

bool is_waited_for(const State& before) { return before.error || before.requested_at; }

// The text of the last success once more: nothing is read and nothing written but the time of the look.
std::optional<Imported> take_unchanged(db::Pool& pool, const Order& order, const std::string& digest, Time now) {
  db::Tx tx(pool);
  store::one_at_a_time(tx);
  const auto before = store::state_of(tx, order.source);
  if (before.digest != digest) return std::nullopt;
  Imported same{.entries = before.entries.value_or(0), .version = before.version.value_or("")};
  store::record_success(tx, order.source, {order.origin, same.version, same.entries, digest}, now);
  if (is_waited_for(before)) tell(tx, order.source, "succeeded", {{"entries", same.entries}, {"changed", 0}}, now);
  tx.commit();
  return same;
}

// The figures and all that follows from them, in the caller's transaction.
Imported take(db::Tx& tx, const Order& order, const State& before, const Published& list, const std::string& digest, Time now) {
  Imported imported{.entries = static_cast<std::int64_t>(list.entries.size()), .version = list.version};
  imported.changed = store::write_figures(tx, order.source, list.entries);
  record(tx, order, before, imported, now);
  store::record_success(tx, order.source, {order.origin, list.version, imported.entries, digest}, now);
  tell(tx, order.source, "succeeded", {{"entries", imported.entries}, {"changed", imported.changed}}, now);
  if (imported.changed > 0) (void)scheduler::trigger(tx, std::string(scoring::kRescoreJob), now);
  return imported;
}

// Told when it begins to fail, not at every try.
void record_failure(db::Pool& pool, Source source, const std::string& place, const std::string& why, Time now) {
  db::Tx tx(pool);
  const auto before = store::state_of(tx, source);
  store::record_failure(tx, source, place, why, now);
  if (!before.error || before.requested_at) tell(tx, source, "failed", {{"reason", why}}, now);
  tx.commit();
  log::error("cves", "a list was not imported; what the last one brought is in force", {{"source", to_string(source)}, {"error", why}});
}

std::vector<State> due(db::Pool& pool, const Places& places, Time now) {
  std::vector<Source> used;
  for (const auto& [source, place] : places) used.push_back(source);
  db::Tx tx(pool);
  for (const auto source : store::forget_unused(tx, used)) tell(tx, source, "unused", {}, now);
  std::vector<State> found;
  for (auto& state : store::states(tx)) {
    const auto place = places.find(state.source);
    if (place != places.end() && is_due(state, place->second, now)) found.push_back(std::move(state));
  }
  tx.commit();
  return found;
}

}  // namespace

Result<Imported> import_list(db::Pool& pool, const Order& order, std::string_view text, Time now) {
  const auto digest = sha256_hex(text);
  if (auto same = take_unchanged(pool, order, digest, now)) {
    log::info("cves", "list read; it is the same as before", {{"source", to_string(order.source)}, {"entries", same->entries}});
    return *same;
  }
  const auto list = read_list(order.source, text);
  if (!list) return not_believed(order.source, list.error().message);
  db::Tx tx(pool);
  store::one_at_a_time(tx);
  const auto before = store::state_of(tx, order.source);
  if (const auto why = refusal(before, list->entries.size(), order.shrinking)) return not_believed(order.source, *why);
  const auto imported = take(tx, order, before, *list, digest, now);
  tx.commit();
  log::info(
      "cves", "list imported",
      {{"source", to_string(order.source)}, {"entries", imported.entries}, {"changed", imported.changed}, {"version", imported.version}});
  return imported;
}

void import_due(db::Pool& pool, const Clock& clock, ports::CveLists& lists, const Places& places, const std::stop_token& stop) {
  for (const auto& state : due(pool, places, clock.now())) {
    if (stop.stop_requested()) return;
    const auto& place = places.at(state.source);
    auto text = lists.read(place, stop);
    if (stop.stop_requested()) return;  // what it says then is no failure of the list
    const auto imported = text ? import_list(pool, {.source = state.source, .origin = place, .actor = "scheduler"}, *text, clock.now())
                               : Result<Imported>(tl::unexpected<Error>(text.error()));
    if (!imported) record_failure(pool, state.source, place, imported.error().message, clock.now());
  }
}

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, ports::CveLists& lists, const Places& places) {
  return {{std::string(kImportJob), kLookEvery,
           [&pool, &clock, &lists, places](const std::stop_token& stop) { import_due(pool, clock, lists, places, stop); }}};
}

}  // namespace spm::cves
