#include "systems/store.hpp"

#include <fmt/format.h>

#include "base/json_write.hpp"
#include "systems/systems.hpp"
#include "systems/systems_sql.hpp"

namespace spm::systems {
namespace {

json::array texts(const std::vector<std::string>& all) { return json::array(all.begin(), all.end()); }

// Who said it, and when: a fact is only as good as both.
struct Fact {
  std::string_view name;
  json::value value;
  std::string_view source;  // uyuni, person, test
  std::optional<Time> observed_at;
};

json::object fact_json(const Fact& fact, Time now) {
  const auto age = fact.observed_at ? json::value(std::chrono::floor<std::chrono::seconds>(now - *fact.observed_at).count()) : nullptr;
  return {{"name", fact.name},
          {"value", fact.value},
          {"source", fact.source},
          {"observed_at", or_null(fact.observed_at)},
          {"age_seconds", age}};
}

// A value that UYUNI did not tell is no fact.
json::array facts_json(const db::Row& row, Time now) {
  const auto seen_at = row.time("seen_at");
  std::vector<Fact> facts;
  for (const std::string_view name : {"name", "minion_id", "ip", "os_release"}) {
    if (auto text = row.text(name); !text.empty()) facts.push_back({name, json::value(std::move(text)), "uyuni", seen_at});
  }
  if (const auto checkin = row.time_or_null("last_checkin_at"))
    facts.push_back({"last_checkin_at", json::value(format_time(*checkin)), "uyuni", seen_at});
  if (!row.is_null("reboot_pending")) facts.push_back({"reboot_pending", json::value(row.boolean("reboot_pending")), "uyuni", seen_at});
  facts.push_back({"applicable_errata", json::value(row.integer("applicable_errata")), "uyuni", row.time_or_null("errata_synced_at")});
  if (const auto at = row.time_or_null("unreachable_at")) facts.push_back({"reachable", json::value(false), "test", at});
  if (const auto at = row.time_or_null("quarantined_at"))
    facts.push_back({"quarantine_reason", json::value(row.text("quarantine_reason")), "test", at});
  json::array list;
  for (const auto& fact : facts) list.push_back(fact_json(fact, now));
  return list;
}

json::value current_test_json(db::Tx& tx, const db::Row& system) {
  const auto id = system.integer_or_null("current_test_id");
  if (!id) return nullptr;
  const auto rows = tx.execute(sql::running_test, {*id});
  return json::object{{"test_id", *id},
                      {"queue_id", rows[0].integer("queue_id")},
                      {"errata_id", rows[0].text("advisory_name")},
                      {"current_phase", rows[0].text("phase")},
                      {"started_at", format_time(rows[0].time("started_at"))}};
}

}  // namespace

json::object system_json(const db::Row& row) {
  return {
      {"id", row.integer("id")},
      {"name", row.text("name")},
      {"target_os", or_null(row.text_or_null("target_os"))},
      {"os_release", row.text("os_release")},
      {"ip", row.text("ip")},
      {"org_id", or_null(row.integer_or_null("org_id"))},
      {"groups", texts(row.texts("groups"))},
      {"role", row.text("role")},
      {"role_source", row.is_null("role_override") ? "uyuni" : "person"},
      {"reboot_pending", row.is_null("reboot_pending") ? json::value(nullptr) : json::value(row.boolean("reboot_pending"))},
      {"quarantined_at", or_null(row.time_or_null("quarantined_at"))},
      {"quarantine_reason", or_null(row.text_or_null("quarantine_reason"))},
      {"unreachable_at", or_null(row.time_or_null("unreachable_at"))},
      {"risk_context", {{"exposure", row.text("exposure")}, {"criticality", row.text("criticality")}, {"data", row.text("data_class")}}},
      {"applicable_errata", row.integer("applicable_errata")},
      {"current_test_id", or_null(row.integer_or_null("current_test_id"))},
      {"last_checkin_at", or_null(row.time_or_null("last_checkin_at"))},
      {"seen_at", format_time(row.time("seen_at"))}};
}

json::object detail_json(db::Tx& tx, const db::Row& row, Time now) {
  auto answer = system_json(row);
  json::object by_severity;
  for (const auto count : tx.execute(sql::applicable_by_severity, {row.integer("id")}))
    by_severity[count.text("severity")] = count.integer("errata");
  answer["minion_id"] = row.text("minion_id");
  answer["first_seen_at"] = format_time(row.time("first_seen_at"));
  answer["errata_synced_at"] = or_null(row.time_or_null("errata_synced_at"));
  answer["applicable_by_severity"] = std::move(by_severity);
  answer["current_test"] = current_test_json(tx, row);
  answer["facts"] = facts_json(row, now);
  return answer;
}

tl::unexpected<Error> no_such_system(std::int64_t id) { return fail(ErrorCode::NotFound, fmt::format("system {} does not exist", id)); }

std::set<std::int64_t> visible(db::Tx& tx, const access::Scope& scope, const std::vector<std::int64_t>& ids) {
  if (scope.is_everything()) return {ids.begin(), ids.end()};
  const ScopeParams params(scope);
  std::set<std::int64_t> seen;
  for (const auto row : tx.execute(sql::visible_systems, {params.orgs, params.groups, ids})) seen.insert(row.integer("id"));
  return seen;
}

}  // namespace spm::systems
