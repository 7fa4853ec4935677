// errata.* (uyuni-xmlrpc 5). Every method takes the advisory's name, never its id.
#include <algorithm>

#include "sandbox/uyuni/fault.hpp"
#include "sandbox/uyuni/structs.hpp"

namespace spm::sandbox::uyuni {
namespace {

const Erratum* find(const Call& call, const Array& params) {
  const auto* erratum = call.world().errata().find(text_at(params, 0));
  return erratum == nullptr || erratum->spec.catalogue_only ? nullptr : erratum;
}

Answer get_details(Call& call, const Array& params) {
  const auto* erratum = find(call, params);
  if (erratum == nullptr) return no_such_patch(text_at(params, 0));
  const auto& spec = erratum->spec;
  const auto published = published_at(*erratum);
  Struct members{{"id", erratum->id},
                 {"issue_date", call.time.short_day(published)},
                 {"update_date", call.time.short_day(published)},
                 {"last_modified_date", call.time.timestamp(published)},
                 {"release", 1},
                 {"advisory_status", spec.retracted ? "retracted" : "final"},
                 {"vendor_advisory", ""},
                 {"product", ""},
                 {"errataFrom", ""},
                 {"solution", ""},
                 {"description", spec.description},
                 {"synopsis", spec.synopsis},
                 {"topic", spec.synopsis},
                 {"references", ""},
                 {"notes", ""},
                 {"type", spec.type},
                 {"reboot_suggested", spec.reboot_suggested},
                 {"restart_suggested", spec.restart_suggested}};
  // Only security advisories keep a severity, and an unspecified one is left out.
  if (spec.type == "Security Advisory" && spec.severity != "Unspecified") members.emplace("severity", spec.severity);
  return Value(members);
}

Answer list_cves(Call& call, const Array& params) {
  const auto* erratum = find(call, params);
  if (erratum == nullptr) return no_such_patch(text_at(params, 0));
  return Value(Array(erratum->spec.cves.begin(), erratum->spec.cves.end()));
}

Answer list_keywords(Call& call, const Array& params) {
  const auto* erratum = find(call, params);
  if (erratum == nullptr) return no_such_patch(text_at(params, 0));
  Array keywords;
  if (erratum->spec.reboot_suggested) keywords.emplace_back("reboot_suggested");
  if (erratum->spec.restart_suggested) keywords.emplace_back("restart_suggested");
  return Value(keywords);
}

Answer list_packages(Call& call, const Array& params) {
  const auto* erratum = find(call, params);
  if (erratum == nullptr) return no_such_patch(text_at(params, 0));
  const auto& os = *find_profile(erratum->spec.os);
  const bool deb = os.family == Family::Debian;
  Array packages;
  for (std::size_t i = 0; i < erratum->spec.packages.size(); ++i) {
    const auto& package = erratum->spec.packages[i];
    const auto parts = split_evr(os.grammar(), package.evr);
    const auto arch = package.arch.empty() ? os.native_arch() : package.arch;
    const auto file =
        fmt::format("{}{}{}-{}.{}.{}", package.name, deb ? "_" : "-", parts.version, parts.release, arch, deb ? "deb" : "rpm");
    packages.push_back(Struct{{"id", erratum->package_ids[i]},
                              {"name", package.name},
                              {"epoch", parts.epoch},
                              {"version", parts.version},
                              {"release", parts.release.empty() ? "X" : parts.release},
                              {"arch_label", os.arch_label(arch)},
                              {"providing_channels", Array{os.channel}},
                              {"build_host", ""},
                              {"description", ""},
                              {"checksum", fmt::format("{:064x}", std::hash<std::string>{}(file))},
                              {"checksum_type", "sha256"},
                              {"vendor", os.os},
                              {"summary", package.name},
                              {"cookie", ""},
                              {"license", ""},
                              {"path", "packages/1/" + file},
                              {"file", file},
                              {"build_date", call.time.timestamp(published_at(*erratum))},
                              {"last_modified_date", call.time.timestamp(published_at(*erratum))},
                              {"size", std::to_string(package.size_bytes)},
                              {"payload_size", std::to_string(package.size_bytes * 3)}});
  }
  return Value(packages);
}

Answer list_affected_systems(Call& call, const Array& params) {
  const auto* erratum = find(call, params);
  if (erratum == nullptr) return no_such_patch(text_at(params, 0));
  Array systems;
  for (const auto* host : sorted_hosts(call)) {
    if (std::binary_search(host->needed.begin(), host->needed.end(), erratum->id))
      systems.push_back(Struct{{"id", host->sid}, {"name", host->spec.name}});
  }
  return Value(systems);
}

Answer find_by_cve(Call& call, const Array& params) {
  Array errata;
  for (const auto* erratum : call.world().errata().by_cve(text_at(params, 0))) {
    if (!erratum->spec.catalogue_only) errata.push_back(errata_short(call, *erratum));
  }
  return Value(errata);
}

constexpr Method kMethods[] = {
    {"errata.getDetails", "s", get_details},
    {"errata.listCves", "s", list_cves},
    {"errata.listKeywords", "s", list_keywords},
    {"errata.listPackages", "s", list_packages},
    {"errata.listAffectedSystems", "s", list_affected_systems},
    {"errata.findByCve", "s", find_by_cve},
};

}  // namespace

std::span<const Method> errata_methods() { return kMethods; }

}  // namespace spm::sandbox::uyuni
