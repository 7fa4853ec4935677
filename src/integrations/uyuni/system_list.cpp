#include "integrations/uyuni/system_list.hpp"

#include <fmt/format.h>

#include "base/os_release.hpp"
#include "base/package_grammar.hpp"
#include "integrations/uyuni/fields.hpp"
#include "integrations/uyuni/organisations.hpp"
#include "integrations/uyuni/parallel.hpp"

namespace spm::uyuni {
namespace {

using net::Repeat;
using ports::ManagedSystem;

constexpr std::size_t kSystemsInCall = 200;
constexpr std::size_t kMaxSystems = 100'000;

// What one bulk call tells of one system.
struct Found {
  SystemId system;
  std::string text;
};
using FoundList = std::vector<Found>;

Result<const xmlrpc::Array*> list_of(const Result<xmlrpc::Value>& answer, std::string_view method) {
  if (!answer) return tl::unexpected<Error>(answer.error());
  return as_list(*answer, method);
}

template <class Item>
Result<FoundList> gather(UyuniClient& client, std::span<const Item> items, std::size_t part_size,
                         const std::function<Result<FoundList>(std::span<const Item>)>& work) {
  auto parts = in_parallel<Item, FoundList>(items, part_size, client.options().concurrency, work);
  if (!parts) return tl::unexpected<Error>(parts.error());
  FoundList all;
  for (FoundList& part : *parts) std::move(part.begin(), part.end(), std::back_inserter(all));
  return all;
}

Result<std::map<SystemId, ManagedSystem>> named_systems(UyuniClient& client) {
  const std::string method = "system.listSystems";
  const auto answer = client.call(method, {}, Repeat::Safe);
  const auto list = list_of(answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  if ((*list)->size() > kMaxSystems) return bad_answer(method, fmt::format("it holds more than {} systems", kMaxSystems));
  std::map<SystemId, ManagedSystem> systems;
  net::SkipCount skipped;
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    const std::int64_t id = members == nullptr ? 0 : integer_of(*members, "id").value_or(0);
    const std::string name = members == nullptr ? std::string() : text_of(*members, "name", 256);
    if (id <= 0 || name.empty()) {
      skipped.add("a system has no id or no name");
      continue;
    }
    ManagedSystem& system = systems[SystemId{id}];
    system.id = SystemId{id};
    system.name = name;
    const auto* checkin = date_of(*members, "last_checkin");
    const auto instant = checkin == nullptr ? Result<Time>(fail(ErrorCode::NotFound, "never")) : client.options().zone.to_utc(*checkin);
    if (instant) system.last_checkin = *instant;
  }
  skipped.tell(client.options().on_skipped, "uyuni", method);
  return systems;
}

Result<FoundList> minion_ids(UyuniClient& client) {
  const std::string method = "system.getMinionIdMap";
  const auto answer = client.call(method, {}, Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto members = as_struct(*answer, method);
  if (!members) return tl::unexpected<Error>(members.error());
  FoundList found;
  net::SkipCount skipped;
  for (const auto& [minion, id] : **members) {
    if (id.integer() != nullptr && is_minion_id(minion)) {
      found.push_back({SystemId{*id.integer()}, minion});
    } else {
      skipped.add("a minion id is not valid");
    }
  }
  skipped.tell(client.options().on_skipped, "uyuni", method);
  return found;
}

bool is_address(std::string_view text) {
  return !text.empty() && text.size() <= 45 && text.find_first_not_of("0123456789abcdefABCDEF.:") == std::string_view::npos;
}

Result<FoundList> addresses_part(UyuniClient& client, std::span<const SystemId> systems) {
  const std::string method = "system.getNetworkForSystems";
  xmlrpc::Array ids;
  for (const SystemId& system : systems) ids.emplace_back(system.value);
  const auto answer = client.call(method, {std::move(ids)}, Repeat::Safe);
  const auto list = list_of(answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  FoundList found;
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    if (members == nullptr) return bad_answer(method, "an entry is not a struct");
    const std::string ip4 = text_of(*members, "ip", 64);
    const std::string address = is_address(ip4) ? ip4 : text_of(*members, "ip6", 64);
    if (is_address(address)) found.push_back({SystemId{integer_of(*members, "system_id").value_or(0)}, address});
  }
  return found;
}

Result<FoundList> group_members(UyuniClient& client, const std::string& group) {
  const std::string method = "systemgroup.listSystemsMinimal";
  const auto answer = client.call(method, {group}, Repeat::Safe);
  const auto list = list_of(answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  FoundList found;
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    const auto id = members == nullptr ? std::nullopt : integer_of(*members, "id");
    if (!id) return bad_answer(method, "an entry has no id");
    found.push_back({SystemId{*id}, group});
  }
  return found;
}

// A system without base channel answers an empty struct; then the group's name may tell.
Result<FoundList> base_channel(UyuniClient& client, SystemId system) {
  const std::string method = "system.getSubscribedBaseChannel";
  const auto answer = client.call(method, {system.value}, Repeat::Safe);
  if (!answer && answer.error().upstream == UpstreamFailure::Refused) return FoundList{};  // removed a moment ago, or not ours to see
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto members = as_struct(*answer, method);
  if (!members) return tl::unexpected<Error>(members.error());
  return FoundList{{system, text_of(**members, "label", 256) + " " + text_of(**members, "name", 256)}};
}

Result<FoundList> release_of(UyuniClient& client, SystemId system) {
  const std::string method = "system.getDetails";
  const auto answer = client.call(method, {system.value}, Repeat::Safe);
  if (!answer && answer.error().upstream == UpstreamFailure::Refused) return FoundList{};
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto members = as_struct(*answer, method);
  if (!members) return tl::unexpected<Error>(members.error());
  return FoundList{{system, text_of(**members, "release", 64)}};
}

void take_os(ManagedSystem& system, const OsRelease& os) {
  const bool better =
      system.target_os.empty() || (system.target_os == os.target_os && os.has_version() && system.os_release == system.target_os);
  if (!better) return;
  system.target_os = os.target_os;
  system.os_release = os.os_release;
}

bool has_version(const ManagedSystem& system) { return system.os_release.find_first_of("0123456789") != std::string::npos; }

// "24.04" beside a system that is known to be an Ubuntu of some version, or of none at all but Ubuntu's kind of version.
void take_release(ManagedSystem& system, const std::string& release) {
  const bool like_ubuntu = release.size() == 5 && (release.ends_with(".04") || release.ends_with(".10"));
  const std::string distribution = !system.os_release.empty() ? system.os_release : like_ubuntu ? "ubuntu" : "";
  if (distribution.empty() || release.empty() || release.front() < '0' || release.front() > '9') return;
  if (const auto os = os_release_of(distribution + "-" + release); os && os->has_version()) {
    system.target_os = os->target_os;
    system.os_release = os->os_release;
  }
}

// Base channel first, then the names of its groups, and its own release number for what is still missing.
Result<bool> tell_os(UyuniClient& client, std::map<SystemId, ManagedSystem>& systems, std::span<const SystemId> ids) {
  const auto channels =
      gather<SystemId>(client, ids, 1, [&](std::span<const SystemId> part) { return base_channel(client, part.front()); });
  if (!channels) return tl::unexpected<Error>(channels.error());
  for (const Found& channel : *channels) {
    if (const auto os = os_release_of(channel.text)) take_os(systems.at(channel.system), *os);
  }
  std::vector<SystemId> unclear;
  for (auto& [id, system] : systems) {
    for (const std::string& group : system.groups) {
      if (const auto os = os_release_of(group)) take_os(system, *os);
    }
    if (!has_version(system)) unclear.push_back(id);
  }
  const auto releases =
      gather<SystemId>(client, unclear, 1, [&](std::span<const SystemId> part) { return release_of(client, part.front()); });
  if (!releases) return tl::unexpected<Error>(releases.error());
  for (const Found& release : *releases) take_release(systems.at(release.system), release.text);
  return true;
}

// Whom UYUNI believes to want a reboot; nullopt when the account may not ask. The flag lags: tests look for themselves.
Result<std::optional<std::set<SystemId>>> wanting_reboot(UyuniClient& client) {
  const std::string method = "system.listSuggestedReboot";
  const auto answer = client.call(method, {}, Repeat::Safe);
  if (!answer && answer.error().upstream == UpstreamFailure::Refused) return std::optional<std::set<SystemId>>();
  const auto list = list_of(answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  std::set<SystemId> systems;
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    const auto id = members == nullptr ? std::nullopt : integer_of(*members, "id");
    if (!id) return bad_answer(method, "an entry has no id");
    systems.insert(SystemId{*id});
  }
  return std::optional(std::move(systems));
}

}  // namespace

Result<std::vector<ManagedSystem>> list_systems(UyuniClient& client, const std::vector<ports::SystemGroup>& groups) {
  auto systems = named_systems(client);
  if (!systems) return tl::unexpected<Error>(systems.error());
  std::vector<SystemId> ids;
  for (const auto& [id, system] : *systems) ids.push_back(id);

  const auto minions = minion_ids(client);
  if (!minions) return tl::unexpected<Error>(minions.error());
  const auto addresses =
      gather<SystemId>(client, ids, kSystemsInCall, [&](std::span<const SystemId> part) { return addresses_part(client, part); });
  if (!addresses) return tl::unexpected<Error>(addresses.error());
  const auto members = gather<ports::SystemGroup>(
      client, groups, 1, [&](std::span<const ports::SystemGroup> part) { return group_members(client, part.front().name); });
  if (!members) return tl::unexpected<Error>(members.error());

  const auto own = own_organisation(client);
  if (!own) return tl::unexpected<Error>(own.error());
  const auto rebooting = wanting_reboot(client);
  if (!rebooting) return tl::unexpected<Error>(rebooting.error());

  // What speaks of a system that listSystems did not name appeared meanwhile: the next sync has it.
  const auto each_known = [&](const FoundList& list, const auto& take) {
    for (const Found& found : list) {
      if (const auto system = systems->find(found.system); system != systems->end()) take(system->second, found.text);
    }
  };
  each_known(*minions, [](ManagedSystem& system, const std::string& text) { system.minion_id = text; });
  each_known(*addresses, [](ManagedSystem& system, const std::string& text) { system.ip = text; });
  each_known(*members, [](ManagedSystem& system, const std::string& text) { system.groups.push_back(text); });
  if (auto told = tell_os(client, *systems, ids); !told) return tl::unexpected<Error>(told.error());

  std::vector<ManagedSystem> list;
  for (auto& [id, system] : *systems) {
    if (*own) system.org_id = (*own)->id;
    if (*rebooting) system.reboot_pending = (*rebooting)->contains(id);
    list.push_back(std::move(system));
  }
  return list;
}

}  // namespace spm::uyuni
