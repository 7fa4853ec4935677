#include "sandbox/spm_sync.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>

#include "base/time.hpp"

namespace spm::sandbox {
namespace {

constexpr std::size_t kDefaultLimit = 100;

http::Response not_found(std::string_view text) { return http::json_response(404, json::object{{"error", text}}); }

// "ubuntu-24.04" → "ubuntu-24.04"; the feed says "debian-bookworm" where UYUNI has numbers.
std::string distribution_of(const ErratumSpec& spec) { return spec.os == "debian-12" ? "debian-bookworm" : spec.os; }

std::string source_of(const std::string& advisory) {
  std::string prefix = advisory.substr(0, advisory.find('-'));
  std::transform(prefix.begin(), prefix.end(), prefix.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return prefix;
}

// Upper case, and null where the vendor gave none.
json::value severity_of(const ErratumSpec& spec) {
  if (spec.severity == "Critical") return "CRITICAL";
  if (spec.severity == "Important") return "HIGH";
  if (spec.severity == "Moderate") return "MEDIUM";
  if (spec.severity == "Low") return "LOW";
  return nullptr;
}

// The serializer writes HTTP dates, some builds ISO 8601; both occur in one answer here.
std::string date_of(const std::string& published, std::size_t index) {
  const auto time = parse_time(published);
  if (!time || index % 2 == 1) return published;
  static constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(*time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(*time - day)};
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

std::size_t number_param(const http::Request& request, std::string_view name, std::size_t otherwise) {
  const auto text = request.query_param(name);
  if (!text) return otherwise;
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  return error == std::errc{} && end == text->data() + text->size() ? value : otherwise;
}

json::object entry(const Erratum& erratum, std::size_t index) {
  std::string title = erratum.spec.synopsis;
  for (const auto& cve : erratum.spec.cves) title += " " + cve;  // the only place where the feed tells them
  return {{"id", erratum.id},
          {"advisory_id", erratum.spec.advisory},
          {"title", title},
          {"severity", severity_of(erratum.spec)},
          {"source", source_of(erratum.spec.advisory)},
          {"distribution", distribution_of(erratum.spec)},
          {"issued_date", date_of(erratum.spec.published, index)},
          {"sync_status", erratum.spec.catalogue_only ? "pending" : "synced"}};
}

}  // namespace

SpmSync::SpmSync(Simulation& simulation) : simulation_(simulation) {
  simulation_.with([this](Simulation::View view) {
    spec_ = view.world.scenario().spm_sync;
    const auto& all = view.world.errata().all();
    newest_first_.resize(all.size());
    std::iota(newest_first_.begin(), newest_first_.end(), std::size_t{0});
    std::stable_sort(newest_first_.begin(), newest_first_.end(), [&all](std::size_t a, std::size_t b) { return all[a].spec.published > all[b].spec.published; });
  });
}

http::Response SpmSync::handle(const http::Request& request) const {
  if (request.method != http::Method::Get) return http::json_response(405, json::object{{"error", "Method not allowed"}});
  if (request.path == "/api/health") return health();
  if (spec_.generation >= 3) {
    if (request.header("X-API-Key") != spec_.api_key) return http::json_response(401, json::object{{"error", "Unauthorized"}});
    return not_found("Not found");
  }
  if (request.path == "/api/errata") return errata(request);
  constexpr std::string_view kPrefix = "/api/errata/";
  constexpr std::string_view kSuffix = "/packages";
  if (request.path.starts_with(kPrefix) && request.path.ends_with(kSuffix) && request.path.size() > kPrefix.size() + kSuffix.size()) {
    const auto name = request.path.substr(kPrefix.size(), request.path.size() - kPrefix.size() - kSuffix.size());
    return packages(http::percent_decode(name).value_or(""));
  }
  return not_found("Not found");
}

http::Response SpmSync::health() const {
  json::object body{{"api", "ok"}, {"database", "ok"}, {"uyuni", "ok"}, {"version", spec_.generation >= 3 ? "3.5.2" : "2.6"}};
  if (spec_.generation < 3) body["modules"] = json::object{{"usn", true}, {"dsa", true}, {"nvd", true}};
  return http::json_response(200, body);
}

http::Response SpmSync::errata(const http::Request& request) const {
  return simulation_.with([&](Simulation::View view) {
    const auto& all = view.world.errata().all();
    const auto limit = number_param(request, "limit", kDefaultLimit);
    const auto offset = spec_.honour_offset ? number_param(request, "offset", 0) : 0;
    json::array items;
    for (std::size_t i = offset; i < newest_first_.size() && items.size() < limit; ++i) items.push_back(entry(all[newest_first_[i]], i));
    const auto count = items.size();
    return http::json_response(200, json::object{{"count", count}, {"errata", std::move(items)}});
  });
}

http::Response SpmSync::packages(const std::string& advisory) const {
  return simulation_.with([&](Simulation::View view) {
    const auto* erratum = view.world.errata().find(advisory);
    if (erratum == nullptr) return not_found("Errata not found");
    json::array items;
    for (const auto& package : erratum->spec.packages) {
      items.push_back(json::object{{"name", package.name}, {"version", package.evr}, {"release", erratum->spec.os}});
    }
    return http::json_response(200, json::object{{"advisory_id", advisory},
                                                 {"title", erratum->spec.synopsis},
                                                 {"distribution", distribution_of(erratum->spec)},
                                                 {"packages", std::move(items)}});
  });
}

}  // namespace spm::sandbox
