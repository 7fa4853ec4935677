#include "catalogue/store.hpp"

#include <algorithm>
#include <boost/json/value_to.hpp>

#include "base/json_write.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/catalogue_sql.hpp"
#include "catalogue/rules.hpp"

namespace spm::catalogue {
namespace store {
namespace {

json::object erratum_json(const Erratum& erratum) {
  json::array cves(erratum.cves.begin(), erratum.cves.end());
  return {
      {"advisory_name", erratum.name.value},
      {"synopsis", erratum.synopsis},
      {"description", erratum.description},
      {"advisory_type", to_string(erratum.type)},
      {"severity", to_string(erratum.severity)},
      {"severity_source", to_string(erratum.severity_source)},
      {"source", erratum.source},
      {"distribution", erratum.distribution},
      {"target_os", or_null(erratum.target_os)},
      {"issued_at", or_null(erratum.issued_at)},
      {"updated_at", or_null(erratum.updated_at)},
      {"reboot_suggested", erratum.reboot_suggested},
      {"restart_suggested", erratum.restart_suggested},
      {"cves", std::move(cves)},
      {"packages", erratum.packages ? json::value(packages_json(*erratum.packages)) : json::value(nullptr)},
      {"total_size_kb", erratum.total_size_kb ? json::value(*erratum.total_size_kb) : json::value(nullptr)},
      {"in_uyuni", erratum.in_uyuni},
      {"in_spm_sync", erratum.in_spm_sync},
      {"uyuni_update_date", or_null(erratum.uyuni_update_date)},
      {"first_seen_at", format_time(erratum.first_seen_at)},
      {"changed_at", format_time(erratum.changed_at)},
      {"withdrawn_at", or_null(erratum.withdrawn_at)},
  };
}

std::vector<AdvisoryName> names_of(const db::Rows& rows) {
  std::vector<AdvisoryName> out;
  out.reserve(rows.size());
  for (const auto row : rows) out.push_back({row.text("advisory_name")});
  return out;
}

std::vector<std::int64_t> systems_of(const std::vector<Applicability>& rows) {
  std::vector<std::int64_t> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row.system);
  return out;
}

std::vector<std::string> advisories_of(const std::vector<Applicability>& rows) {
  std::vector<std::string> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(row.advisory);
  return out;
}

}  // namespace

std::vector<std::string> texts_of(const std::vector<AdvisoryName>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const auto& name : names) out.push_back(name.value);
  return out;
}

std::vector<ports::Package> packages_of(const json::value& packages) {
  std::vector<ports::Package> out;
  out.reserve(packages.as_array().size());
  for (const auto& value : packages.as_array()) {
    const auto& package = value.as_object();
    const auto& size = package.at("size_bytes");
    out.push_back({json::value_to<std::string>(package.at("name")), json::value_to<std::string>(package.at("evr")),
                   json::value_to<std::string>(package.at("arch")),
                   size.is_null() ? std::nullopt : std::optional<std::int64_t>(size.as_int64())});
  }
  return out;
}

json::array packages_json(const std::vector<ports::Package>& packages) {
  json::array out;
  out.reserve(packages.size());
  for (const auto& package : packages) {
    out.push_back(json::object{{"name", package.name},
                               {"evr", package.evr},
                               {"arch", package.arch},
                               {"size_bytes", package.size_bytes ? json::value(*package.size_bytes) : json::value(nullptr)}});
  }
  return out;
}

Erratum erratum_of(const db::Row& row) {
  Erratum out;
  out.name = {row.text("advisory_name")};
  out.synopsis = row.text("synopsis");
  out.description = row.text("description");
  out.type = parse_type(row.text("advisory_type")).value();
  out.severity = parse_severity(row.text("severity")).value();
  out.severity_source = parse_severity_source(row.text("severity_source")).value();
  out.source = row.text("source");
  out.distribution = row.text("distribution");
  out.target_os = row.text_or_null("target_os");
  out.issued_at = row.time_or_null("issued_at");
  out.updated_at = row.time_or_null("updated_at");
  out.reboot_suggested = row.boolean("reboot_suggested");
  out.restart_suggested = row.boolean("restart_suggested");
  out.cves = row.texts("cves");
  if (!row.is_null("packages")) out.packages = packages_of(row.json_value("packages"));
  out.total_size_kb = row.integer_or_null("total_size_kb");
  if (const auto count = row.integer_or_null("dependency_count")) out.dependency_count = static_cast<int>(*count);
  if (const auto successor = row.text_or_null("superseded_by")) out.superseded_by = AdvisoryName{*successor};
  out.in_uyuni = row.boolean("in_uyuni");
  out.in_spm_sync = row.boolean("in_spm_sync");
  out.uyuni_update_date = row.text_or_null("uyuni_update_date");
  out.first_seen_at = row.time("first_seen_at");
  out.changed_at = row.time("changed_at");
  out.withdrawn_at = row.time_or_null("withdrawn_at");
  return out;
}

System system_of(const db::Row& row) {
  return {SystemId{row.integer("id")},
          row.text("name"),
          row.text("minion_id"),
          row.text("ip"),
          row.text_or_null("target_os"),
          row.text("os_release"),
          row.texts("groups"),
          row.text("role") == to_string(Role::Test) ? Role::Test : Role::Production,
          row.time_or_null("quarantined_at"),
          row.text_or_null("quarantine_reason"),
          row.time_or_null("last_checkin_at"),
          row.time_or_null("unreachable_at"),
          row.time_or_null("unreachable_until")};
}

void lock_errata_writes(db::Tx& tx) { tx.execute(sql::lock_errata_writes); }

std::map<AdvisoryName, Erratum> find_errata(db::Tx& tx, const std::vector<AdvisoryName>& names) {
  std::map<AdvisoryName, Erratum> out;
  for (const auto row : tx.execute(sql::find_errata, {texts_of(names)})) {
    auto erratum = erratum_of(row);
    out.emplace(erratum.name, std::move(erratum));
  }
  return out;
}

void upsert_errata(db::Tx& tx, const std::vector<Erratum>& errata) {
  if (errata.empty()) return;
  json::array rows;
  rows.reserve(errata.size());
  for (const auto& erratum : errata) rows.push_back(erratum_json(erratum));
  tx.execute(sql::upsert_errata, {rows});
}

std::set<AdvisoryName> names_in_spm_sync(db::Tx& tx) {
  const auto names = names_of(tx.execute(sql::names_in_spm_sync));
  return {names.begin(), names.end()};
}

std::int64_t leave_spm_sync(db::Tx& tx, const std::vector<AdvisoryName>& names, Time now) {
  return tx.execute(sql::leave_spm_sync, {texts_of(names), now}).affected();
}

std::int64_t retract(db::Tx& tx, const std::vector<AdvisoryName>& names, Time now) {
  return tx.execute(sql::retract, {texts_of(names), now}).affected();
}

std::vector<AdvisoryName> needing_details(db::Tx& tx, const std::vector<AdvisoryName>& names,
                                          const std::vector<std::string>& update_dates) {
  return names_of(tx.execute(sql::needing_details, {texts_of(names), update_dates}));
}

std::vector<AdvisoryName> with_packages(db::Tx& tx, const std::vector<AdvisoryName>& names) {
  return names_of(tx.execute(sql::with_packages, {texts_of(names)}));
}

std::vector<AdvisoryName> applicable_without_packages(db::Tx& tx, std::int64_t limit) {
  return names_of(tx.execute(sql::applicable_without_packages, {limit}));
}

std::int64_t count_present_systems(db::Tx& tx) { return tx.execute(sql::count_present_systems)[0].integer("systems"); }
std::int64_t count_groups(db::Tx& tx) { return tx.execute(sql::count_groups)[0].integer("groups"); }

void replace_groups(db::Tx& tx, const std::vector<ports::SystemGroup>& groups, Time now) {
  std::map<std::string, json::value> by_name;
  for (const auto& group : groups) {
    by_name[group.name] = json::object{
        {"name", group.name}, {"description", group.description}, {"org_id", group.org_id}, {"system_count", group.system_count}};
  }
  json::array rows;
  for (auto& [name, row] : by_name) rows.push_back(std::move(row));
  tx.execute(sql::upsert_groups, {rows, now});
  tx.execute(sql::drop_other_groups, {now});
}

void replace_organisations(db::Tx& tx, const std::vector<ports::Organisation>& organisations, Time now) {
  std::map<std::int64_t, json::value> by_id;
  for (const auto& one : organisations) by_id[one.id] = json::object{{"id", one.id}, {"name", one.name}};
  json::array rows;
  for (auto& [id, row] : by_id) rows.push_back(std::move(row));
  tx.execute(sql::upsert_organisations, {rows, now});
  tx.execute(sql::drop_other_organisations, {now});
}

void upsert_systems(db::Tx& tx, const std::vector<RatedSystem>& systems, Time now) {
  json::array rows;
  for (const auto& [system, role] : systems) {
    rows.push_back(json::object{
        {"id", system.id.value},
        {"name", system.name},
        {"minion_id", system.minion_id},
        {"ip", system.ip},
        {"target_os", system.target_os.empty() ? json::value(nullptr) : json::value(system.target_os)},
        {"os_release", system.os_release},
        {"groups", json::array(system.groups.begin(), system.groups.end())},
        {"role", to_string(role)},
        {"org_id", or_null(system.org_id)},
        {"reboot_pending", or_null(system.reboot_pending)},
        {"last_checkin_at", or_null(system.last_checkin)},
    });
  }
  tx.execute(sql::upsert_systems, {rows, now});
}

std::vector<std::string> mark_gone(db::Tx& tx, const std::vector<std::int64_t>& present, Time now) {
  std::vector<std::string> out;
  for (const auto row : tx.execute(sql::mark_gone, {present, now})) out.push_back(row.text("name"));
  return out;
}

std::vector<Applicability> load_applicability(db::Tx& tx, const std::vector<std::int64_t>& systems) {
  const auto rows = tx.execute(sql::load_applicability, {systems});
  std::vector<Applicability> out;
  out.reserve(rows.size());
  for (const auto row : rows) out.push_back({row.integer("system_id"), row.text("advisory_name"), row.integer("uyuni_erratum_id")});
  return out;
}

void add_applicability(db::Tx& tx, const std::vector<Applicability>& rows, Time now) {
  if (rows.empty()) return;
  std::vector<std::int64_t> ids;
  ids.reserve(rows.size());
  for (const auto& row : rows) ids.push_back(row.uyuni_id);
  tx.execute(sql::add_applicability, {systems_of(rows), advisories_of(rows), ids, now});
}

void remove_applicability(db::Tx& tx, const std::vector<Applicability>& rows) {
  if (rows.empty()) return;
  tx.execute(sql::remove_applicability, {systems_of(rows), advisories_of(rows)});
}

void mark_errata_synced(db::Tx& tx, const std::vector<std::int64_t>& systems, Time now) {
  tx.execute(sql::mark_errata_synced, {systems, now});
}

std::int64_t no_longer_applicable(db::Tx& tx, const std::vector<AdvisoryName>& names) {
  return tx.execute(sql::no_longer_applicable, {texts_of(names)})[0].integer("errata");
}

}  // namespace store

std::optional<Erratum> find(db::Tx& tx, const AdvisoryName& name) {
  const auto found = find_all(tx, {name});
  if (found.empty()) return std::nullopt;
  return found.front();
}

std::vector<Erratum> find_all(db::Tx& tx, const std::vector<AdvisoryName>& names) {
  std::vector<Erratum> out;
  for (const auto row : tx.execute(sql::find_errata, {store::texts_of(names)})) out.push_back(store::erratum_of(row));
  return out;
}

std::optional<System> find_system(db::Tx& tx, SystemId id) {
  const auto rows = tx.execute(sql::find_system, {id});
  if (rows.empty()) return std::nullopt;
  return store::system_of(rows[0]);
}

std::vector<System> free_test_systems(db::Tx& tx, const std::string& target_os) {
  std::vector<System> out;
  for (const auto row : tx.execute(sql::free_test_systems, {target_os})) out.push_back(store::system_of(row));
  return out;
}

std::vector<ApplicableSystem> applicable_systems(db::Tx& tx, const AdvisoryName& name, const std::optional<json::object>& scope) {
  std::vector<ApplicableSystem> out;
  for (const auto row : tx.execute(sql::applicable_systems, {name, scope})) {
    out.push_back({store::system_of(row), UyuniErratumId{row.integer("uyuni_erratum_id")}});
  }
  return out;
}

void record_dependency_count(db::Tx& tx, const AdvisoryName& name, int count, Time now) {
  tx.execute(sql::record_dependency_count, {name, count, now});
}

std::vector<System> test_systems(db::Tx& tx, const std::optional<json::object>& scope) {
  std::vector<System> out;
  for (const auto row : tx.execute(sql::test_systems, {scope})) out.push_back(store::system_of(row));
  return out;
}

void mark_unreachable(db::Tx& tx, SystemId id, Time now, Time until) { tx.execute(sql::mark_unreachable, {id, now, until}); }
void mark_reachable(db::Tx& tx, SystemId id) { tx.execute(sql::mark_reachable, {id}); }

void quarantine(db::Tx& tx, SystemId id, const std::string& reason, Time now) { tx.execute(sql::quarantine, {id, reason, now}); }

}  // namespace spm::catalogue
