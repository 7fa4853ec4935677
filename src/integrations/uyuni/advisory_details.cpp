#include "integrations/uyuni/advisory_details.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/os_release.hpp"
#include "base/package_grammar.hpp"
#include "integrations/uyuni/fields.hpp"

namespace spm::uyuni {
namespace {

using ports::AdvisoryType;
using ports::Severity;
using versions::Family;

constexpr std::size_t kMaxText = 100'000;
constexpr std::size_t kMaxPackages = 20'000;
constexpr std::size_t kMaxCves = 5'000;
constexpr std::int64_t kMaxPackageBytes = std::int64_t{64} * 1024 * 1024 * 1024;

struct SeverityWord {
  std::string_view word;
  Severity severity;
};
constexpr std::array kSeverities{SeverityWord{"Critical", Severity::Critical}, SeverityWord{"Important", Severity::High},
                                 SeverityWord{"Moderate", Severity::Medium}, SeverityWord{"Low", Severity::Low}};

struct SourcePrefix {
  std::string_view prefix;
  std::string_view source;
};
constexpr std::array kSources{SourcePrefix{"USN-", "usn"},  SourcePrefix{"LSN-", "usn"},    SourcePrefix{"DSA-", "dsa"},
                              SourcePrefix{"DLA-", "dsa"},  SourcePrefix{"DEB-CVE", "dsa"}, SourcePrefix{"RH", "rhsa"},
                              SourcePrefix{"AL", "alsa"},   SourcePrefix{"RL", "rlsa"},     SourcePrefix{"EL", "elsa"},
                              SourcePrefix{"SUSE-", "suse"}};

std::string source_of(const AdvisoryName& name) {
  for (const auto& [prefix, source] : kSources) {
    if (name.value.starts_with(prefix)) return std::string(source);
  }
  return "uyuni";
}

// The label is localized and absent when unspecified; then the type speaks (spm-sync, severity mapping).
void take_severity(ports::Advisory& advisory, const std::string& label) {
  for (const auto& [word, severity] : kSeverities) {
    if (label == word) {
      advisory.severity = severity;
      advisory.severity_source = ports::SeveritySource::Vendor;
      return;
    }
  }
  if (advisory.type == AdvisoryType::Unknown) return;
  advisory.severity = advisory.type == AdvisoryType::Security ? Severity::Medium : Severity::Low;
  advisory.severity_source = ports::SeveritySource::TypeDefault;
}

std::optional<Time> day_of(const xmlrpc::Struct& members, std::string_view name, const ServerTimeZone& zone) {
  const auto day = zone.day_to_utc(text_of(members, name, 40));
  return day ? std::optional(*day) : std::nullopt;
}

// No epoch is " ", "" or absent, depending on the call; 0 says the same (uyuni-xmlrpc 10.2).
std::string evr_of(const xmlrpc::Struct& members, Family family) {
  std::string epoch = text_of(members, "epoch", 20);
  std::erase(epoch, ' ');
  const std::string release = text_of(members, "release", 128);
  std::string evr = epoch.empty() || epoch == "0" ? "" : epoch + ":";
  evr += text_of(members, "version", 128);
  // A Debian version without revision is stored with one, since the server's tables want it.
  const bool none = release.empty() || (family == Family::Deb && release == "X");
  return none ? evr : evr + "-" + release;
}

std::optional<ports::Package> parse_package(const xmlrpc::Struct& members) {
  std::string arch = text_of(members, "arch_label", 64);
  const Family family = arch.ends_with("-deb") ? Family::Deb : Family::Rpm;
  if (family == Family::Deb) arch.resize(arch.size() - 4);
  ports::Package package{text_of(members, "name", 256), evr_of(members, family), std::move(arch), integer_of(members, "size")};
  if (!is_package_name(family, package.name) || !is_package_version(family, package.evr) || !is_architecture(package.arch))
    return std::nullopt;
  if (package.size_bytes && (*package.size_bytes < 0 || *package.size_bytes > kMaxPackageBytes)) package.size_bytes.reset();
  return package;
}

void add_releases(std::set<std::string>& releases, const xmlrpc::Struct& package) {
  const xmlrpc::Array* channels = array_of(package, "providing_channels");
  if (channels == nullptr) return;
  for (const xmlrpc::Value& channel : *channels) {
    const auto release = channel.string() == nullptr ? std::nullopt : os_release_of(*channel.string());
    if (release && release->has_version()) releases.insert(release->os_release);
  }
}

}  // namespace

AdvisoryType advisory_type_of(std::string_view text) {
  if (text == "Security Advisory") return AdvisoryType::Security;
  if (text == "Bug Fix Advisory") return AdvisoryType::BugFix;
  if (text == "Product Enhancement Advisory") return AdvisoryType::Enhancement;
  return AdvisoryType::Unknown;
}

Result<ports::Advisory> parse_details(const xmlrpc::Value& answer, const AdvisoryName& name, const ServerTimeZone& zone) {
  const auto members = as_struct(answer, "errata.getDetails");
  if (!members) return tl::unexpected<Error>(members.error());
  const xmlrpc::Struct& fields = **members;
  ports::Advisory advisory;
  advisory.name = name;
  advisory.synopsis = text_of(fields, "synopsis", 4096);
  advisory.description = text_of(fields, "description", kMaxText);
  advisory.type = advisory_type_of(text_of(fields, "type"));
  advisory.source = source_of(name);
  advisory.issued_at = day_of(fields, "issue_date", zone);
  advisory.updated_at = day_of(fields, "update_date", zone);
  advisory.reboot_suggested = flag_of(fields, "reboot_suggested");
  advisory.restart_suggested = flag_of(fields, "restart_suggested");
  take_severity(advisory, text_of(fields, "severity"));
  if (advisory.synopsis.empty() && advisory.type == AdvisoryType::Unknown)
    return bad_answer("errata.getDetails", fmt::format("{} has neither synopsis nor type", name.value));
  return advisory;
}

Result<std::set<std::string>> parse_cves(const xmlrpc::Value& answer) {
  const auto list = as_list(answer, "errata.listCves", kMaxCves);
  if (!list) return tl::unexpected<Error>(list.error());
  std::set<std::string> cves;
  for (const xmlrpc::Value& entry : **list) {
    if (entry.string() == nullptr) return bad_answer("errata.listCves", "an entry is not a string");
    if (is_cve(*entry.string())) cves.insert(*entry.string());  // other identifiers stand there too
  }
  return cves;
}

Result<ProvidedPackages> parse_packages(const xmlrpc::Value& answer, const AdvisoryName& name) {
  const std::string method = "errata.listPackages";
  const auto list = as_list(answer, method, kMaxPackages);
  if (!list) return tl::unexpected<Error>(list.error());
  std::set<ports::Package> packages;
  std::set<std::string> releases;
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    auto package = members == nullptr ? std::nullopt : parse_package(*members);
    if (!package) return bad_answer(method, fmt::format("a package of {} has no valid name, version or architecture", name.value));
    packages.insert(std::move(*package));
    add_releases(releases, *members);
  }
  ProvidedPackages provided;
  provided.packages.assign(packages.begin(), packages.end());
  for (const std::string& release : releases) provided.distribution += (provided.distribution.empty() ? "" : ",") + release;
  return provided;
}

}  // namespace spm::uyuni
