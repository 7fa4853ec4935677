#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/json_access.hpp"
#include "base/os_release.hpp"
#include "base/package_grammar.hpp"
#include "integrations/spm_sync/spm_sync.hpp"

namespace spm::spm_sync {
namespace {

using ports::Severity;

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

tl::unexpected<Error> bad_date(std::string_view text) {
  return fail(ErrorCode::ValidationError, fmt::format("'{}' is neither an HTTP date nor ISO 8601", text.substr(0, 64)));
}

// "Fri, 20 Feb 2026 13:23:45 GMT" → "2026-02-20T13:23:45Z"
std::optional<std::string> http_date_as_iso(std::string_view text) {
  if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  return fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - kMonths.begin() + 1, text.substr(5, 2), text.substr(17, 8));
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Severity severity_of(const std::string& word) {
  const auto text = lower(word);
  if (text == "critical") return Severity::Critical;
  if (text == "high") return Severity::High;
  if (text == "medium") return Severity::Medium;
  if (text == "low") return Severity::Low;
  return Severity::Unknown;
}

// "debian-bookworm" → "debian-12", in the words that UYUNI's systems get too; what is not known stays as it is.
std::string distribution_of(const std::string& text) {
  const auto known = os_release_of(text);
  return known ? known->os_release : lower(text);
}

// A USN, DSA, RHSA or CVE record is about security; the feed collects nothing else, but older imports carry RHBA and RHEA too.
ports::AdvisoryType type_of(std::string_view name) {
  const auto prefix = name.substr(0, name.find('-'));
  if (prefix.size() == 4 && prefix.substr(2) == "BA") return ports::AdvisoryType::BugFix;
  if (prefix.size() == 4 && prefix.substr(2) == "EA") return ports::AdvisoryType::Enhancement;
  return ports::AdvisoryType::Security;
}

}  // namespace

Result<Time> parse_feed_date(std::string_view text) {
  if (const auto iso = http_date_as_iso(text)) {
    auto time = parse_time(*iso);
    return time ? time : Result<Time>(bad_date(text));
  }
  if (auto zoned = parse_time(text)) return zoned;
  if (auto utc = parse_time(std::string(text) + "Z")) return utc;
  if (text.size() == 10) {
    if (auto day = parse_time(std::string(text) + "T00:00:00Z")) return day;
  }
  return bad_date(text);
}

Result<ports::Advisory> read_entry(const json::value& entry, std::size_t index) {
  const JsonPath path{"errata", index};
  const auto object = as_object(entry, path);
  if (!object) return tl::unexpected<Error>(object.error());
  const auto name = required_string(**object, "advisory_id", path, {.max_bytes = 128, .may_be_empty = false});
  if (!name) return tl::unexpected<Error>(name.error());
  if (!is_advisory_name(*name))
    return fail(ErrorCode::ValidationError, fmt::format("errata[{}].advisory_id '{}' is no advisory name", index, *name));
  const auto title = optional_string(**object, "title", path, {.max_bytes = 8'192});
  if (!title) return tl::unexpected<Error>(title.error());
  const auto severity = optional_string(**object, "severity", path, {.max_bytes = 64});
  if (!severity) return tl::unexpected<Error>(severity.error());
  const auto source = optional_string(**object, "source", path, {.max_bytes = 64});
  if (!source) return tl::unexpected<Error>(source.error());
  const auto distribution = optional_string(**object, "distribution", path, {.max_bytes = 128});
  if (!distribution) return tl::unexpected<Error>(distribution.error());
  const auto issued = optional_string(**object, "issued_date", path, {.max_bytes = 64});
  if (!issued) return tl::unexpected<Error>(issued.error());

  ports::Advisory advisory;
  advisory.name = {*name};
  advisory.synopsis = title->value_or("");
  advisory.type = type_of(*name);
  advisory.severity = severity_of(severity->value_or(""));
  // The feed's severities are enriched from NVD; a missing one says nothing.
  advisory.severity_source = advisory.severity == Severity::Unknown ? ports::SeveritySource::None : ports::SeveritySource::Vendor;
  advisory.source = lower(source->value_or("spm-sync"));
  advisory.distribution = distribution_of(distribution->value_or(""));
  advisory.cves = cves_in(*name);
  advisory.cves.merge(cves_in(advisory.synopsis));
  if (*issued && !(*issued)->empty()) {
    const auto date = parse_feed_date(**issued);
    if (!date) return fail(ErrorCode::ValidationError, fmt::format("errata[{}].issued_date: {}", index, date.error().message));
    advisory.issued_at = *date;
  }
  return advisory;
}

}  // namespace spm::spm_sync
