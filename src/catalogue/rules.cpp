#include "catalogue/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace spm::catalogue {
namespace {

using ports::AdvisoryType;
using ports::Severity;
using ports::SeveritySource;

template <class Enum, std::size_t N>
using Words = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Words<Severity, 5> kSeverities{{{Severity::Unknown, "Unknown"},
                                          {Severity::Low, "Low"},
                                          {Severity::Medium, "Medium"},
                                          {Severity::High, "High"},
                                          {Severity::Critical, "Critical"}}};
constexpr Words<SeveritySource, 3> kSeveritySources{
    {{SeveritySource::None, "none"}, {SeveritySource::TypeDefault, "type_default"}, {SeveritySource::Vendor, "vendor"}}};
constexpr Words<AdvisoryType, 4> kTypes{{{AdvisoryType::Security, "security"},
                                         {AdvisoryType::BugFix, "bugfix"},
                                         {AdvisoryType::Enhancement, "enhancement"},
                                         {AdvisoryType::Unknown, "unknown"}}};
constexpr Words<Role, 2> kRoles{{{Role::Test, "test"}, {Role::Production, "production"}}};
constexpr Words<Source, 2> kSources{{{Source::Uyuni, "uyuni"}, {Source::SpmSync, "spm_sync"}}};

template <class Enum, std::size_t N>
std::string_view word(const Words<Enum, N>& words, Enum value) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& entry) { return entry.first == value; });
  return found == words.end() ? std::string_view{} : found->second;
}

template <class Enum, std::size_t N>
std::optional<Enum> parse(const Words<Enum, N>& words, std::string_view text) {
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& entry) { return entry.second == text; });
  if (found == words.end()) return std::nullopt;
  return found->first;
}

// Prefixes of advisory names and of distributions, upper case, and the OS family that they mean.
constexpr std::array<std::pair<std::string_view, std::string_view>, 25> kPrefixes{{
    {"USN-", "ubuntu"}, {"LSN-", "ubuntu"},    {"DSA-", "debian"}, {"DLA-", "debian"}, {"DEB-", "debian"},
    {"RHSA-", "rhel"},  {"RHBA-", "rhel"},     {"RHEA-", "rhel"},  {"ALSA-", "rhel"},  {"ALBA-", "rhel"},
    {"ALEA-", "rhel"},  {"RLSA-", "rhel"},     {"RLBA-", "rhel"},  {"RLEA-", "rhel"},  {"ELSA-", "rhel"},
    {"ELBA-", "rhel"},  {"ELEA-", "rhel"},     {"CESA-", "rhel"},  {"CEBA-", "rhel"},  {"CEEA-", "rhel"},
    {"SUSE-", "suse"},  {"OPENSUSE-", "suse"}, {"SLE-", "suse"},   {"SLL-", "suse"},   {"CL-SUSE", "suse"},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kDistributions{{
    {"UBUNTU", "ubuntu"},
    {"DEBIAN", "debian"},
    {"RHEL", "rhel"},
    {"REDHAT", "rhel"},
    {"RED HAT", "rhel"},
    {"ALMALINUX", "rhel"},
    {"ROCKY", "rhel"},
    {"ORACLE", "rhel"},
    {"CENTOS", "rhel"},
    {"SUSE", "suse"},
    {"SLES", "suse"},
    {"SLE-", "suse"},
    {"OPENSUSE", "suse"},
    {"LEAP", "suse"},
}};

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

template <std::size_t N>
std::optional<std::string> os_by_prefix(const std::array<std::pair<std::string_view, std::string_view>, N>& table, std::string_view text) {
  const auto wanted = upper(text);
  for (const auto& [prefix, os] : table) {
    if (wanted.starts_with(prefix)) return std::string(os);
  }
  return std::nullopt;
}

void add_releases(std::set<std::string>& releases, std::string_view text) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto one = text.substr(0, comma);
    if (!one.empty()) releases.insert(std::string(one));
    if (comma == std::string_view::npos) return;
    text.remove_prefix(comma + 1);
  }
}

// "ubuntu" beside "ubuntu-24.04".
bool is_said_better(const std::string& release, const std::set<std::string>& releases) {
  return std::any_of(releases.begin(), releases.end(), [&](const auto& other) { return other.starts_with(release + "-"); });
}

Erratum fresh(const Told& told, Time now) {
  Erratum out;
  out.name = told.advisory.name;
  out.first_seen_at = now;
  out.changed_at = now;
  return out;
}

bool has_uyuni_details(const Erratum& row) { return row.in_uyuni && row.uyuni_update_date.has_value(); }

// The texts and dates: whoever knows best. UYUNI's details before SPM-SYNC's catalogue before UYUNI's one-line overview.
void take_texts(Erratum& row, const Told& told) {
  const auto& advisory = told.advisory;
  const bool is_overview = told.source == Source::Uyuni && !told.uyuni_update_date;
  const bool told_less = is_overview ? row.in_spm_sync || has_uyuni_details(row) : told.source == Source::SpmSync && has_uyuni_details(row);
  if (told_less) {
    if (row.synopsis.empty()) row.synopsis = advisory.synopsis;
    if (row.type == AdvisoryType::Unknown) row.type = advisory.type;
    if (!row.issued_at) row.issued_at = advisory.issued_at;
    return;
  }
  if (!advisory.synopsis.empty() || row.synopsis.empty()) row.synopsis = advisory.synopsis;
  if (!advisory.description.empty()) row.description = advisory.description;
  if (advisory.type != AdvisoryType::Unknown) row.type = advisory.type;
  if (advisory.issued_at) row.issued_at = advisory.issued_at;
  if (advisory.updated_at) row.updated_at = advisory.updated_at;
  if (!advisory.source.empty()) row.source = advisory.source;
}

// The catalogue keeps one severity, not one for each source: what one source alone said may be replaced by it, what both said only rises.
void take_severity(Erratum& row, const Told& told) {
  RatedSeverity incoming{told.advisory.severity, told.advisory.severity_source};
  incoming = merge_severity(incoming, default_severity(told.advisory.type));
  const bool other_source_spoke = told.source == Source::SpmSync ? row.in_uyuni : row.in_spm_sync;
  const bool is_overview = told.source == Source::Uyuni && !told.uyuni_update_date;
  const RatedSeverity before{row.severity, row.severity_source};
  const auto after = other_source_spoke || is_overview ? merge_severity(before, incoming) : incoming;
  row.severity = after.severity;
  row.severity_source = after.source;
}

void take_cves(Erratum& row, const Told& told) {
  const bool other_source_spoke = told.source == Source::SpmSync ? row.in_uyuni : row.in_spm_sync;
  const bool is_overview = told.source == Source::Uyuni && !told.uyuni_update_date;
  std::set<std::string> cves = told.advisory.cves;
  if (other_source_spoke || is_overview) cves.insert(row.cves.begin(), row.cves.end());
  row.cves.assign(cves.begin(), cves.end());
}

void take_place(Erratum& row, const Told& told) {
  std::string distribution = told.advisory.distribution;
  for (const auto& release : told.systems_releases) distribution = merge_distribution(distribution, release);
  const bool is_sole_source = told.source == Source::SpmSync && !row.in_uyuni;
  row.distribution = is_sole_source ? distribution : merge_distribution(row.distribution, distribution);
  auto os = target_os_of(row.name, row.distribution, told.systems_os);
  // SPM-SYNC knows no systems: it must not overrule what they told.
  if (told.source == Source::SpmSync && row.in_uyuni && row.target_os) os = row.target_os;
  if (os) row.target_os = os;
}

void take_packages(Erratum& row, const Told& told) {
  if (!told.advisory.packages) return;
  const bool told_less = told.source == Source::SpmSync && has_uyuni_details(row) && row.packages;
  if (told_less) return;
  row.packages = told.advisory.packages;
  std::sort(row.packages->begin(), row.packages->end());
  row.packages->erase(std::unique(row.packages->begin(), row.packages->end()), row.packages->end());
  row.total_size_kb = total_size_kb(*row.packages);
}

}  // namespace

std::string_view to_string(Severity severity) { return word(kSeverities, severity); }
std::string_view to_string(SeveritySource source) { return word(kSeveritySources, source); }
std::string_view to_string(AdvisoryType type) { return word(kTypes, type); }
std::string_view to_string(Role role) { return word(kRoles, role); }
std::string_view to_string(Source source) { return word(kSources, source); }
std::optional<Severity> parse_severity(std::string_view text) { return parse(kSeverities, text); }
std::optional<SeveritySource> parse_severity_source(std::string_view text) { return parse(kSeveritySources, text); }
std::optional<AdvisoryType> parse_type(std::string_view text) { return parse(kTypes, text); }
std::optional<Source> parse_source(std::string_view text) { return parse(kSources, text); }

RatedSeverity default_severity(AdvisoryType type) {
  switch (type) {
    case AdvisoryType::Security: return {Severity::Medium, SeveritySource::TypeDefault};
    case AdvisoryType::BugFix:
    case AdvisoryType::Enhancement: return {Severity::Low, SeveritySource::TypeDefault};
    case AdvisoryType::Unknown: break;
  }
  return {};
}

RatedSeverity merge_severity(RatedSeverity one, RatedSeverity other) {
  if (one.severity == Severity::Unknown) one.source = SeveritySource::None;
  if (other.severity == Severity::Unknown) other.source = SeveritySource::None;
  if (one.source != other.source) return one.source > other.source ? one : other;
  return one.severity >= other.severity ? one : other;
}

std::optional<std::string> target_os_of(const AdvisoryName& name, std::string_view distribution, const std::set<std::string>& systems_os) {
  if (systems_os.size() == 1 && !systems_os.begin()->empty()) return *systems_os.begin();
  if (auto os = os_by_prefix(kDistributions, distribution)) return os;
  return os_by_prefix(kPrefixes, name.value);
}

std::string merge_distribution(std::string_view one, std::string_view other) {
  std::set<std::string> releases;
  add_releases(releases, one);
  add_releases(releases, other);
  std::string out;
  for (const auto& release : releases) {
    if (is_said_better(release, releases)) continue;
    if (!out.empty()) out += ',';
    out += release;
  }
  return out;
}

Role role_of(const ports::ManagedSystem& system, const TestSystemRule& rule) {
  const bool in_test_group = !rule.group_prefix.empty() && std::any_of(system.groups.begin(), system.groups.end(), [&](const auto& group) {
    return group.starts_with(rule.group_prefix);
  });
  const bool is_named = rule.ids.contains(system.id.value) || rule.names.contains(system.name);
  return in_test_group || is_named ? Role::Test : Role::Production;
}

std::optional<std::string> offline_reason(const Presence& presence, Time now) {
  constexpr std::chrono::hours kOldCheckin{24};
  const auto& [checkin, unreachable_at, unreachable_until] = presence;
  const bool has_been_back = checkin && unreachable_at && *checkin > *unreachable_at;
  if (unreachable_until && now < *unreachable_until && !has_been_back)
    return fmt::format("a test could not reach it at {}", format_time(*unreachable_at));
  if (checkin && *checkin + kOldCheckin < now) return fmt::format("its last check-in was at {}", format_time(*checkin));
  return std::nullopt;
}

std::optional<std::string> offline_reason(const System& system, Time now) {
  return offline_reason(Presence{system.last_checkin_at, system.unreachable_at, system.unreachable_until}, now);
}

std::optional<std::int64_t> total_size_kb(std::span<const ports::Package> packages) {
  std::int64_t bytes = 0;
  for (const auto& package : packages) {
    if (!package.size_bytes) return std::nullopt;
    bytes += *package.size_bytes;
  }
  return (bytes + 1023) / 1024;
}

Erratum merge(const Erratum* stored, const Told& told, Time now) {
  Erratum row = stored != nullptr ? *stored : fresh(told, now);
  take_texts(row, told);
  take_severity(row, told);
  take_cves(row, told);
  take_place(row, told);
  take_packages(row, told);
  const auto& advisory = told.advisory;
  if (told.source == Source::Uyuni) {
    row.reboot_suggested = advisory.reboot_suggested || (!told.uyuni_update_date && row.reboot_suggested);
    row.restart_suggested = advisory.restart_suggested || (!told.uyuni_update_date && row.restart_suggested);
    row.in_uyuni = true;
    if (told.uyuni_update_date) row.uyuni_update_date = told.uyuni_update_date;
  } else {
    row.in_spm_sync = true;
  }
  if (row.source.empty()) row.source = to_string(told.source);
  row.withdrawn_at = std::nullopt;
  if (stored != nullptr && row != *stored) row.changed_at = now;
  return row;
}

}  // namespace spm::catalogue
