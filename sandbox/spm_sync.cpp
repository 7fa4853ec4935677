#include "sandbox/spm_sync.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace spm::sandbox {
namespace {

http::Reply json_reply(int status, const json::value& body) {
  http::Reply reply;
  reply.response = http::json_response(status, body);
  return reply;
}

// Half of the dates are HTTP dates because of the serializer, the others ISO 8601.
json::value issued_date(std::size_t index, const std::string& published) {
  const auto time = parse_time(published);
  if (!time) return nullptr;
  if (index % 2 == 1) return json::value(format_time(std::chrono::floor<std::chrono::seconds>(*time)));
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(*time - day));
  return json::value(fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday(day).c_encoding()],
                                 static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                                 static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(), clock.seconds().count()));
}

json::value severity(const std::string& uyuni) {
  if (uyuni == "Critical") return json::value("CRITICAL");
  if (uyuni == "Important") return json::value("HIGH");
  if (uyuni == "Moderate") return json::value("MEDIUM");
  if (uyuni == "Low") return json::value("LOW");
  return nullptr;
}

std::string source(const std::string& advisory) {
  if (advisory.starts_with("USN-")) return "usn";
  if (advisory.starts_with("DSA-") || advisory.starts_with("DLA-") || advisory.starts_with("DEB-CVE-")) return "dsa";
  return "oval";
}

// "debian-12" is named by its code name, everything else as it is; a few entries do not know.
json::value distribution(std::size_t index, const std::string& os) {
  if (os == "debian-12") return json::value("debian-bookworm");
  if (os.starts_with("ubuntu-") && index % 7 == 3) return json::value("ubuntu");
  return json::value(os);
}

// CVE ids are no field: they stand in the title.
std::string title(const ErratumSpec& spec) {
  std::string text = spec.synopsis;
  for (std::size_t i = 0; i < spec.cves.size() && i < 5; ++i)
    text += (i == 0 ? " (" : ", ") + spec.cves[i] + (i + 1 == std::min<std::size_t>(spec.cves.size(), 5) ? ")" : "");
  return text;
}

json::object entry(std::size_t index, const Erratum& erratum) {
  const auto& spec = erratum.spec;
  return {{"id", static_cast<std::int64_t>(index) + 1},
          {"advisory_id", spec.advisory},
          {"title", title(spec)},
          {"severity", severity(spec.severity)},
          {"source", source(spec.advisory)},
          {"distribution", distribution(index, spec.os)},
          {"issued_date", issued_date(index, spec.published)},
          {"sync_status", spec.catalogue_only ? "pending" : "synced"}};
}

std::size_t number(const http::Request& request, std::string_view name, std::size_t otherwise) {
  const auto text = request.query_param(name);
  if (!text) return otherwise;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc{} && end == text->data() + text->size() ? value : otherwise;
}

std::string codename(const std::string& os) {
  if (os == "ubuntu-24.04") return "noble";
  if (os == "ubuntu-22.04") return "jammy";
  if (os == "debian-12") return "bookworm";
  return os;
}

}  // namespace

SpmSync::SpmSync(Simulation& simulation, SpmSyncSpec spec)
    : simulation_(simulation), spec_(std::move(spec)), generation_(spec_.generation), honour_offset_(spec_.honour_offset) {
  simulation_.with([&](const Simulation::View& view) {
    const auto& all = view.world.errata().all();
    newest_first_.resize(all.size());
    std::iota(newest_first_.begin(), newest_first_.end(), std::size_t{0});
    std::stable_sort(newest_first_.begin(), newest_first_.end(),
                     [&](auto a, auto b) { return all[a].spec.published > all[b].spec.published; });
  });
}

http::Reply SpmSync::handle(const http::Request& request) const {
  if (request.path == "/api/health") return health(false);
  if (generation_ == 3) return pushes_only(request);
  if (request.path == "/api/health/detailed") return health(true);
  if (request.method != http::Method::Get) return json_reply(403, {{"error", "the stand-in takes no writes"}});
  if (request.path == "/api/errata") return errata(request);
  constexpr std::string_view kPrefix = "/api/errata/";
  constexpr std::string_view kSuffix = "/packages";
  if (request.path.starts_with(kPrefix) && request.path.ends_with(kSuffix) && request.path.size() > kPrefix.size() + kSuffix.size()) {
    const auto name =
        http::percent_decode(std::string_view(request.path).substr(kPrefix.size(), request.path.size() - kPrefix.size() - kSuffix.size()));
    return packages(name.value_or(""));
  }
  if (request.path == "/api/stats/overview") return json_reply(200, {{"total_errata", static_cast<std::int64_t>(newest_first_.size())}});
  return json_reply(404, {{"error", "Not found"}});
}

http::Reply SpmSync::health(bool detailed) const {
  const std::string version = generation_ == 3 ? "3.5.2" : "2.6";
  if (!detailed)
    return json_reply(200, {{"api", "ok"}, {"database", "ok"}, {"uyuni", "ok"}, {"version", version}, {"modules", json::object{}}});
  const auto total = static_cast<std::int64_t>(newest_first_.size());
  json::object alerts{{"failed_pushes_24h", 0}, {"stale_cache", false}, {"stale_usn_sync", false}};
  if (generation_ == 3) {
    alerts["stale_dsa_sync"] = false;
    alerts["failed_syncs_24h"] = 0;
  }
  return json_reply(200, {{"version", version},
                          {"database", {{"connected", true}, {"errata_total", total}, {"errata_pending", 0}}},
                          {"uyuni", {{"connected", true}, {"url", "https://localhost"}}},
                          {"alerts", alerts}});
}

http::Reply SpmSync::errata(const http::Request& request) const {
  const auto limit = number(request, "limit", 100);
  auto skip = honour_offset_ ? number(request, "offset", 0) : 0;
  const auto matches = [&](const json::object& item) {
    for (const char* field : {"source", "distribution", "severity", "sync_status"}) {
      const auto wanted = request.query_param(field);
      if (wanted && (!item.at(field).is_string() || item.at(field).get_string() != *wanted)) return false;
    }
    return true;
  };
  json::array items;
  simulation_.with([&](const Simulation::View& view) {
    for (const auto index : newest_first_) {
      if (items.size() >= limit) break;
      auto item = entry(index, view.world.errata().all()[index]);
      if (!matches(item)) continue;
      if (skip > 0)
        --skip;
      else
        items.push_back(std::move(item));
    }
  });
  const auto count = static_cast<std::int64_t>(items.size());
  return json_reply(200, {{"count", count}, {"errata", std::move(items)}});
}

http::Reply SpmSync::packages(const std::string& advisory) const {
  return simulation_.with([&](const Simulation::View& view) {
    const auto* erratum = view.world.errata().find(advisory);
    if (erratum == nullptr) return json_reply(404, {{"error", "Errata not found"}});
    json::array list;
    for (const auto& package : erratum->spec.packages) {
      list.push_back(json::object{{"name", package.name}, {"version", package.evr}, {"release", codename(erratum->spec.os)}});
      // Ubuntu notices name a package once for each release it was fixed in.
      if (erratum->spec.os == "ubuntu-24.04")
        list.push_back(json::object{{"name", package.name}, {"version", package.evr + "~22.04"}, {"release", "jammy"}});
    }
    return json_reply(200, {{"advisory_id", advisory},
                            {"title", title(erratum->spec)},
                            {"distribution", distribution(0, erratum->spec.os)},
                            {"packages", std::move(list)}});
  });
}

http::Reply SpmSync::pushes_only(const http::Request& request) const {
  if (spec_.api_key.empty()) return json_reply(503, {{"error", "API key not configured"}});
  if (request.header("X-API-Key") != spec_.api_key) return json_reply(401, {{"error", "Unauthorized"}});
  if (request.path == "/api/health/detailed") return health(true);
  if (request.path == "/api/sync/status") return json_reply(200, {{"logs", json::array{}}});
  if (request.path == "/api/uyuni/channels") return json_reply(200, {{"count", 0}, {"channels", json::array{}}});
  if (request.path == "/api/scheduler/jobs") return json_reply(200, {{"jobs", json::array{}}, {"failed_count", 0}});
  return json_reply(404, {{"error", "Not found"}});
}

}  // namespace spm::sandbox
