#include "integrations/spm_sync/spm_sync.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "base/json_access.hpp"
#include "base/os_release.hpp"
#include "base/package_grammar.hpp"

namespace spm::spm_sync {
namespace {

using ports::Advisory;

constexpr std::size_t kMaxEntries = 500'000;  // five times the largest catalogue known
constexpr std::size_t kMaxPackages = 20'000;  // of one advisory

tl::unexpected<Error> bad_answer(const std::string& message) {
  return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::BadAnswer, "SPM-SYNC answered nonsense: " + message);
}

// The feed does not say which family an advisory's packages belong to, so a name or version must fit one of the two.
bool is_sound(const std::string& name, const std::string& version) {
  using versions::Family;
  return (is_package_name(Family::Deb, name) && is_package_version(Family::Deb, version)) ||
         (is_package_name(Family::Rpm, name) && is_package_version(Family::Rpm, version));
}

// "jammy" beside an advisory of ubuntu-24.04. What either leaves open ("ubuntu", null) is not another release.
bool is_for_another_release(const std::string& release, const std::string& distribution) {
  const auto own = os_release_of(distribution);
  const auto other = os_release_of(release);
  return own && other && own->has_version() && other->has_version() && own->os_release != other->os_release;
}

std::string encode_segment(const std::string& name) {  // advisory names need no escape but these two
  std::string out;
  for (const char c : name) out += c == '+' ? "%2B" : c == '~' ? "%7E" : std::string(1, c);
  return out;
}

}  // namespace

SpmSyncCatalogue::SpmSyncCatalogue(Options options, const Clock& clock, net::CallObserver observer, net::SkipObserver on_skipped)
    : options_(std::move(options)),
      client_({.connect_timeout = std::min(options_.timeout, std::chrono::milliseconds(5'000)),
               .total_timeout = options_.timeout,
               .max_answer_bytes = options_.max_answer_bytes,
               .verify_tls = options_.verify_tls,
               .ca_file = options_.ca_file}),
      guard_({.name = "spm_sync", .code = ErrorCode::SpmSyncError, .first_pause = options_.retry_pause}, clock, std::move(observer)),
      on_skipped_(std::move(on_skipped)) {
  while (options_.url.ends_with('/')) options_.url.pop_back();
}

Result<SpmSyncCatalogue::Answer> SpmSyncCatalogue::get(const std::string& path, std::string_view what, net::Repeat repeat) {
  return guard_.call<Answer>(what, repeat, [&]() -> Result<Answer> {
    net::HttpRequest request;
    if (repeat == net::Repeat::Probe) request.total_timeout = std::min(options_.timeout, net::kProbeTimeout);
    request.url = options_.url + path;
    request.headers = {{"Accept", "application/json"}};
    if (!options_.api_key.empty()) request.headers.emplace_back("X-API-Key", options_.api_key);
    auto answer = client_.send(request, ErrorCode::SpmSyncError);
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (answer->status == 404) return Answer{404, nullptr};
    if (answer->status == 401 || answer->status == 403) {
      return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::Refused,
                           fmt::format("SPM-SYNC refused GET {} (HTTP {}): set SPM_SYNC_API_KEY", path, answer->status));
    }
    if (answer->status >= 500)
      return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::Unreachable,
                           fmt::format("SPM-SYNC answered HTTP {} to GET {}", answer->status, path));
    if (answer->status != 200) return bad_answer(fmt::format("HTTP {} to GET {}", answer->status, path));
    auto parsed = parse_json(answer->body);
    if (!parsed) return bad_answer(fmt::format("GET {}: {}", path, parsed.error().message));
    return Answer{200, std::move(*parsed)};
  });
}

Result<std::optional<SpmSyncCatalogue::Page>> SpmSyncCatalogue::page(std::size_t offset, std::size_t limit) {
  auto answer = get(fmt::format("/api/errata?limit={}&offset={}", limit, offset), "errata", net::Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return std::optional<Page>();
  const auto root = as_object(answer->body);
  if (!root) return bad_answer(root.error().message);
  const auto entries = required_array(**root, "errata", {}, kMaxEntries);
  if (!entries) return bad_answer(entries.error().message);
  Page page;
  page.entries = (*entries)->size();
  if (page.entries > 0) page.first = (*entries)->front();
  net::SkipCount skipped;
  page.advisories.reserve(page.entries);
  for (std::size_t i = 0; i < page.entries; ++i) {
    auto advisory = read_entry((**entries)[i], offset + i);
    if (advisory) {
      page.advisories.push_back(std::move(*advisory));
    } else {
      skipped.add(advisory.error().message);
    }
  }
  skipped.tell(on_skipped_, "spm_sync", "errata");
  // Every single entry unreadable is another protocol, not a bad entry.
  if (page.advisories.empty() && page.entries > 0) return bad_answer("not one entry of the catalogue could be read");
  return std::optional(std::move(page));
}

Result<std::optional<std::vector<Advisory>>> SpmSyncCatalogue::advisories() {
  auto first = page(0, options_.page_size);
  if (!first) return tl::unexpected<Error>(first.error());
  if (!*first) return std::optional<std::vector<Advisory>>();
  std::vector<Advisory> all = std::move((*first)->advisories);
  std::size_t entries = (*first)->entries;
  // A full page can have others after it. More than a full one: `limit` is not honoured, and this is everything.
  for (std::size_t last = entries; last == options_.page_size;) {
    auto next = page(entries, options_.page_size);
    if (!next) return tl::unexpected<Error>(next.error());
    if (!*next) return bad_answer("the catalogue disappeared between two pages");
    last = (*next)->entries;
    // Deployed 2.5 and 2.6 ignore offset: every page is the first one (spm-sync, "what clients trip over", 1). Then one page takes all.
    if (last > 0 && (*next)->first == (*first)->first) {
      auto whole = all_in_one_page(entries);
      if (!whole) return tl::unexpected<Error>(whole.error());
      return std::optional(std::move(*whole));
    }
    entries += last;
    if (entries >= kMaxEntries) return bad_answer(fmt::format("more than {} errata", kMaxEntries));
    std::move((*next)->advisories.begin(), (*next)->advisories.end(), std::back_inserter(all));
  }
  return std::optional(std::move(all));
}

Result<std::vector<Advisory>> SpmSyncCatalogue::all_in_one_page(std::size_t at_least) {
  auto whole = page(0, kMaxEntries);
  if (!whole) return tl::unexpected<Error>(whole.error());
  if (!*whole || (*whole)->entries < at_least) return bad_answer("the whole catalogue is smaller than its first page");
  if ((*whole)->entries >= kMaxEntries) return bad_answer(fmt::format("more than {} errata", kMaxEntries));
  return std::move((*whole)->advisories);
}

Result<std::vector<ports::Package>> SpmSyncCatalogue::packages(const AdvisoryName& name) {
  auto answer = get("/api/errata/" + encode_segment(name.value) + "/packages", "packages", net::Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return fail(ErrorCode::NotFound, fmt::format("SPM-SYNC does not know {}", name.value));
  const auto root = as_object(answer->body);
  if (!root) return bad_answer(root.error().message);
  const auto entries = required_array(**root, "packages", {}, kMaxPackages);
  if (!entries) return bad_answer(entries.error().message);
  const auto distribution = optional_string(**root, "distribution", {}, {.max_bytes = 128});
  const std::string own_release = distribution ? distribution->value_or("") : "";
  std::set<ports::Package> packages;
  for (std::size_t i = 0; i < (*entries)->size(); ++i) {
    const JsonPath path{"packages", i};
    const auto object = as_object((**entries)[i], path);
    if (!object) return bad_answer(object.error().message);
    const auto package = required_string(**object, "name", path, {.max_bytes = 256, .may_be_empty = false});
    const auto version = required_string(**object, "version", path, {.max_bytes = 256, .may_be_empty = false});
    if (!package) return bad_answer(package.error().message);
    if (!version) return bad_answer(version.error().message);
    // One unsound package makes the list incomplete, and an incomplete list must not pass for the whole one.
    if (!is_sound(*package, *version))
      return bad_answer(fmt::format("packages[{}] of {} is no package: '{}' '{}'", i, name.value, *package, *version));
    const auto release = optional_string(**object, "release", path, {.max_bytes = 64});
    if (release && *release && is_for_another_release(**release, own_release)) continue;
    packages.insert({*package, version->starts_with("0:") ? version->substr(2) : *version, "", std::nullopt});
  }
  return std::vector<ports::Package>(packages.begin(), packages.end());
}

Result<ports::ProbeReport> SpmSyncCatalogue::probe() {
  auto answer = get("/api/health", "probe", net::Repeat::Probe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return bad_answer("GET /api/health is not there; check SPM_SYNC_URL");
  const auto root = as_object(answer->body);
  if (!root) return bad_answer(root.error().message);
  const auto api = required_string(**root, "api", {}, {.max_bytes = 1'024});
  const auto database = required_string(**root, "database", {}, {.max_bytes = 1'024});
  const auto version = optional_string(**root, "version", {}, {.max_bytes = 64});
  if (!api) return bad_answer(api.error().message);
  if (!database) return bad_answer(database.error().message);
  if (!version) return bad_answer(version.error().message);
  if (*api != "ok" || *database != "ok") {
    return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::Refused,
                         fmt::format("SPM-SYNC is not well: api {}, database {}", *api, *database));
  }
  // UYUNI is SPM-SYNC's own business: worth saying, no reason to distrust the catalogue.
  const auto uyuni = optional_string(**root, "uyuni", {}, {.max_bytes = 1'024});
  const bool is_silent = !uyuni || !*uyuni || **uyuni == "ok" || **uyuni == "not configured";
  return ports::ProbeReport{version->value_or(""), is_silent ? "" : "SPM-SYNC cannot use UYUNI: " + **uyuni};
}

}  // namespace spm::spm_sync
