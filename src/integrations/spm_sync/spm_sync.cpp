#include "integrations/spm_sync/spm_sync.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json_access.hpp"
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
      guard_({.name = "spm_sync", .code = ErrorCode::SpmSyncError}, clock, std::move(observer)),
      on_skipped_(std::move(on_skipped)) {}

Result<SpmSyncCatalogue::Answer> SpmSyncCatalogue::get(const std::string& path, std::string_view what) {
  return guard_.call<Answer>(what, net::Repeat::Safe, [&]() -> Result<Answer> {
    net::HttpRequest request;
    request.url = options_.url + path;
    request.headers = {{"Accept", "application/json"}};
    if (!options_.api_key.empty()) request.headers.emplace_back("X-API-Key", options_.api_key);
    auto answer = client_.send(request, ErrorCode::SpmSyncError);
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (answer->status == 404) return Answer{404, nullptr};
    if (answer->status == 401 || answer->status == 403) {
      return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::Refused, fmt::format("SPM-SYNC refused GET {} (HTTP {}): set SPM_SYNC_API_KEY", path, answer->status));
    }
    if (answer->status >= 500) return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::Unreachable, fmt::format("SPM-SYNC answered HTTP {} to GET {}", answer->status, path));
    if (answer->status != 200) return bad_answer(fmt::format("HTTP {} to GET {}", answer->status, path));
    auto parsed = parse_json(answer->body);
    if (!parsed) return bad_answer(fmt::format("GET {}: {}", path, parsed.error().message));
    return Answer{200, std::move(*parsed)};
  });
}

Result<std::optional<std::vector<Advisory>>> SpmSyncCatalogue::page(std::size_t offset, std::size_t limit) {
  auto answer = get(fmt::format("/api/errata?limit={}&offset={}", limit, offset), "errata");
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return std::optional<std::vector<Advisory>>();
  const auto root = as_object(answer->body);
  if (!root) return bad_answer(root.error().message);
  const auto entries = required_array(**root, "errata", {}, kMaxEntries);
  if (!entries) return bad_answer(entries.error().message);
  std::vector<Advisory> advisories;
  net::SkipCount skipped;
  advisories.reserve((*entries)->size());
  for (std::size_t i = 0; i < (*entries)->size(); ++i) {
    auto advisory = read_entry((**entries)[i], offset + i);
    if (advisory) {
      advisories.push_back(std::move(*advisory));
    } else {
      skipped.add(advisory.error().message);
    }
  }
  skipped.tell(on_skipped_, "spm_sync", "errata");
  // Every single entry unreadable is another protocol, not a bad entry.
  if (advisories.empty() && !(*entries)->empty()) return bad_answer("not one entry of the catalogue could be read");
  return std::optional(std::move(advisories));
}

Result<std::optional<std::vector<Advisory>>> SpmSyncCatalogue::advisories() {
  auto all = page(0, options_.page_size);
  if (!all || !*all) return all;
  std::set<AdvisoryName> known;
  for (const auto& advisory : **all) known.insert(advisory.name);
  auto last_size = (*all)->size();
  for (std::size_t offset = options_.page_size; last_size > 0 && (*all)->size() < kMaxEntries; offset += options_.page_size) {
    auto next = page(offset, options_.page_size);
    if (!next) return next;
    if (!*next) return bad_answer("the catalogue disappeared between two pages");
    last_size = (*next)->size();
    std::size_t fresh = 0;
    for (auto& advisory : **next) {
      if (!known.insert(advisory.name).second) continue;
      (*all)->push_back(std::move(advisory));
      ++fresh;
    }
    // Deployed 2.5 and 2.6 ignore offset: every page is the first one (spm-sync, "what clients trip over", 1). Then one page takes all.
    if (fresh == 0 && last_size > 0) return page(0, kMaxEntries);
  }
  return all;
}

Result<std::vector<ports::Package>> SpmSyncCatalogue::packages(const AdvisoryName& name) {
  auto answer = get("/api/errata/" + encode_segment(name.value) + "/packages", "packages");
  if (!answer) return tl::unexpected<Error>(answer.error());
  if (answer->status == 404) return fail(ErrorCode::NotFound, fmt::format("SPM-SYNC does not know {}", name.value));
  const auto root = as_object(answer->body);
  if (!root) return bad_answer(root.error().message);
  const auto entries = required_array(**root, "packages", {}, kMaxPackages);
  if (!entries) return bad_answer(entries.error().message);
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
    if (!is_sound(*package, *version)) return bad_answer(fmt::format("packages[{}] of {} is no package: '{}' '{}'", i, name.value, *package, *version));
    packages.insert({*package, *version, "", std::nullopt});
  }
  return std::vector<ports::Package>(packages.begin(), packages.end());
}

Result<ports::ProbeReport> SpmSyncCatalogue::probe() {
  auto answer = get("/api/health", "probe");
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto root = as_object(answer->body);
  if (!root) return bad_answer(root.error().message);
  const auto api = required_string(**root, "api", {}, {.max_bytes = 1'024});
  const auto database = required_string(**root, "database", {}, {.max_bytes = 1'024});
  const auto version = optional_string(**root, "version", {}, {.max_bytes = 64});
  if (!api) return bad_answer(api.error().message);
  if (!database) return bad_answer(database.error().message);
  if (!version) return bad_answer(version.error().message);
  if (*api != "ok" || *database != "ok") {
    return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::Refused, fmt::format("SPM-SYNC is not well: api {}, database {}", *api, *database));
  }
  return ports::ProbeReport{version->value_or(""), ""};
}

}  // namespace spm::spm_sync
