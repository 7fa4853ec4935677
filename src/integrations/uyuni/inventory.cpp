#include "integrations/uyuni/inventory.hpp"

#include <fmt/format.h>

#include "base/package_grammar.hpp"
#include "integrations/uyuni/advisory_details.hpp"
#include "integrations/uyuni/fields.hpp"
#include "integrations/uyuni/organisations.hpp"
#include "integrations/uyuni/parallel.hpp"
#include "integrations/uyuni/system_list.hpp"

namespace spm::uyuni {
namespace {

using net::Repeat;
using Applicable = std::map<SystemId, std::vector<ports::ApplicableErratum>>;

constexpr std::size_t kMaxSystemsInCall = 25;  // some thousand patches each stay within the bound of an answer
constexpr std::size_t kMaxGroups = 20'000;

std::optional<ports::SystemGroup> parse_group(const xmlrpc::Value& entry) {
  const xmlrpc::Struct* members = entry.structure();
  if (members == nullptr) return std::nullopt;
  ports::SystemGroup group{text_of(*members, "name", 256), text_of(*members, "description", 4096),
                           integer_of(*members, "org_id").value_or(0), integer_of(*members, "system_count").value_or(0)};
  return group.name.empty() || group.system_count < 0 ? std::nullopt : std::optional(std::move(group));
}

std::optional<ports::ApplicableErratum> parse_erratum(const xmlrpc::Value& entry) {
  const xmlrpc::Struct* members = entry.structure();
  if (members == nullptr) return std::nullopt;
  ports::ApplicableErratum erratum;
  erratum.name.value = text_of(*members, "advisory_name", 200);
  erratum.id.value = integer_of(*members, "id").value_or(0);
  if (!is_advisory_name(erratum.name.value) || erratum.id.value <= 0) return std::nullopt;
  erratum.synopsis = text_of(*members, "advisory_synopsis", 4096);
  erratum.type = advisory_type_of(text_of(*members, "advisory_type"));
  erratum.update_date = text_of(*members, "update_date", 40);
  if (erratum.update_date.empty()) erratum.update_date = text_of(*members, "date", 40);
  erratum.reboot_suggested = flag_of(*members, "reboot_suggested");
  erratum.retracted = text_of(*members, "advisory_status") == "retracted";
  return erratum;
}

Result<Applicable> applicable_part(UyuniClient& client, std::span<const SystemId> systems) {
  const std::string method = "system.getRelevantErrata";
  xmlrpc::Array ids;
  for (const SystemId& system : systems) ids.emplace_back(system.value);
  const auto answer = client.call(method, {std::move(ids)}, Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto list = as_list(*answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  Applicable part;
  net::SkipCount skipped;
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    const auto id = members == nullptr ? std::nullopt : integer_of(*members, "system_id");
    const xmlrpc::Array* errata = members == nullptr ? nullptr : array_of(*members, "errata");
    if (!id || errata == nullptr) return bad_answer(method, "an entry has no system_id or no errata");
    const bool asked = std::find(systems.begin(), systems.end(), SystemId{*id}) != systems.end();
    if (!asked) return bad_answer(method, fmt::format("it speaks of system {}, which was not asked for", *id));
    auto& known = part[SystemId{*id}];
    for (const xmlrpc::Value& item : *errata) {
      auto erratum = parse_erratum(item);
      if (erratum) {
        known.push_back(std::move(*erratum));
      } else {
        skipped.add(fmt::format("a patch of system {} has no valid name or id", *id));
      }
    }
  }
  skipped.tell(client.options().on_skipped, "uyuni", method);
  return part;
}

}  // namespace

Result<std::vector<ports::SystemGroup>> UyuniInventory::groups() {
  const std::string method = "systemgroup.listAllGroups";
  const auto answer = client_.call(method, {}, Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto list = as_list(*answer, method, kMaxGroups);
  if (!list) return tl::unexpected<Error>(list.error());
  std::vector<ports::SystemGroup> groups;
  net::SkipCount skipped;
  for (const xmlrpc::Value& entry : **list) {
    if (auto group = parse_group(entry)) {
      groups.push_back(std::move(*group));
    } else {
      skipped.add("a group has no name");
    }
  }
  skipped.tell(client_.options().on_skipped, "uyuni", method);
  return groups;
}

Result<std::vector<ports::ManagedSystem>> UyuniInventory::systems() {
  const auto known_groups = groups();
  if (!known_groups) return tl::unexpected<Error>(known_groups.error());
  return list_systems(client_, *known_groups);
}

Result<std::vector<ports::Organisation>> UyuniInventory::organisations() { return list_organisations(client_); }

Result<Applicable> UyuniInventory::applicable(const std::vector<SystemId>& systems) {
  const int threads = std::max(client_.options().concurrency, 1);
  const std::size_t fair = (systems.size() + static_cast<std::size_t>(threads) - 1) / static_cast<std::size_t>(threads);
  const std::size_t part_size = std::clamp<std::size_t>(fair, 1, kMaxSystemsInCall);
  auto parts = in_parallel<SystemId, Applicable>(systems, part_size, threads,
                                                 [this](std::span<const SystemId> part) { return applicable_part(client_, part); });
  if (!parts) return tl::unexpected<Error>(parts.error());
  Applicable all;
  for (Applicable& part : *parts) all.merge(part);
  return all;
}

Result<ports::Advisory> UyuniInventory::advisory(const AdvisoryName& name) {
  if (!is_advisory_name(name.value)) return fail(ErrorCode::ValidationError, "this is not the name of an advisory");
  const auto details = client_.call("errata.getDetails", {name.value}, Repeat::Safe);
  if (!details) return tl::unexpected<Error>(details.error());
  auto advisory = parse_details(*details, name, client_.options().zone);
  if (!advisory) return advisory;
  const auto cve_list = client_.call("errata.listCves", {name.value}, Repeat::Safe);
  if (!cve_list) return tl::unexpected<Error>(cve_list.error());
  auto cves = parse_cves(*cve_list);
  if (!cves) return tl::unexpected<Error>(cves.error());
  const auto package_list = client_.call("errata.listPackages", {name.value}, Repeat::Safe);
  if (!package_list) return tl::unexpected<Error>(package_list.error());
  auto packages = parse_packages(*package_list, name);
  if (!packages) return tl::unexpected<Error>(packages.error());
  advisory->cves = std::move(*cves);
  advisory->packages = std::move(packages->packages);
  advisory->distribution = std::move(packages->distribution);
  return advisory;
}

}  // namespace spm::uyuni
