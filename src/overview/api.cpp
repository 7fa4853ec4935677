// GET /overview: the figures of the dashboard's first page, in one answer.

#include <array>
#include <chrono>

#include "access/scope.hpp"
#include "approvals/rules.hpp"
#include "base/json_write.hpp"
#include "configuration/configuration.hpp"
#include "overview/overview.hpp"
#include "overview/overview_sql.hpp"
#include "scoring/scoring.hpp"

namespace spm::overview {
namespace {

constexpr std::chrono::hours kSoon{72};
constexpr std::chrono::weeks kPaceOf{7};  // and the week that has begun

using Scope = std::optional<json::object>;

json::object days_by_severity(const configuration::ServiceLevels& levels) {
  json::object days;
  for (const std::string_view severity : {"Critical", "High", "Medium", "Low", "Unknown"}) {
    days[severity] = static_cast<std::int64_t>(approvals::service_level(levels, severity).count());
  }
  return days;
}

json::object decisions_json(db::Tx& tx, Time now, const json::object& levels, const Scope& scope) {
  const auto rows = tx.execute(sql::overview_decisions, {now, now + kSoon, levels, scope});
  const auto row = rows[0];
  return {{"waiting", row.integer("waiting")},
          {"oldest_since", or_null(row.time_or_null("oldest_since"))},
          {"next_due", or_null(row.time_or_null("next_due"))},
          {"overdue", row.integer("overdue")},
          {"due_soon", row.integer("due_soon")},
          {"known_exploited", row.integer("known_exploited")}};
}

json::object exposure_json(db::Tx& tx, Time now, const json::object& levels, const Scope& scope) {
  const auto rows = tx.execute(sql::overview_exposure, {now, now + kSoon, levels, scope});
  json::object exposure;
  for (const std::string name : {"critical", "high", "known_exploited", "overdue", "due_soon"}) {
    exposure[name] = json::object{{"errata", rows[0].integer(name + "_errata")}, {"systems", rows[0].integer(name + "_systems")}};
  }
  return exposure;
}

json::array pace_json(db::Tx& tx, Time now, const Scope& scope) {
  json::array weeks;
  for (const auto row : tx.execute(sql::overview_pace, {now - kPaceOf, scope})) {
    weeks.push_back({{"week", format_time(row.time("week"))},
                     {"approved", row.integer("approved")},
                     {"seconds_to_tested", row.real("seconds_to_tested")},
                     {"seconds_to_approved", row.real("seconds_to_approved")}});
  }
  return weeks;
}

http::Response show(db::Pool& pool, const Clock& clock, const http::Request& request) {
  const auto scope = access::filter_of(request.principal.scope);
  const Time now = clock.now();
  db::Tx tx(pool);
  const json::object levels = days_by_severity(configuration::current(tx).service_levels);
  json::object body{{"decisions", decisions_json(tx, now, levels, scope)},
                    {"exposure", exposure_json(tx, now, levels, scope)},
                    {"exploits_known", scoring::exploits_known(tx)},
                    {"pace", pace_json(tx, now, scope)}};
  tx.commit();
  return http::json_response(200, std::move(body));
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock) {
  return {{http::Method::Get, "/api/v1/overview", access::Permission::ReadState,
           [&pool, &clock](const http::Request& request) -> Result<http::Response> { return show(pool, clock, request); }}};
}

}  // namespace spm::overview
