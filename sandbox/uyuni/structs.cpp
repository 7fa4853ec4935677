#include "sandbox/uyuni/structs.hpp"

#include <algorithm>

namespace spm::sandbox::uyuni {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

int channel_id(const OsProfile& os) {
  const auto ids = profile_ids();
  return 101 + static_cast<int>(std::find(ids.begin(), ids.end(), os.id) - ids.begin());
}

}  // namespace

Time published_at(const Erratum& erratum) {
  const auto time = parse_time(erratum.spec.published);
  return time ? *time : Time{};
}

std::vector<const Host*> sorted_hosts(const Call& call) {
  std::vector<const Host*> hosts;
  for (const auto& host : call.world().hosts()) hosts.push_back(host.get());
  std::stable_sort(hosts.begin(), hosts.end(), [](const auto* a, const auto* b) { return upper(a->spec.name) < upper(b->spec.name); });
  return hosts;
}

Struct short_system(const Call& call, const Host& host) {
  return {{"id", host.sid},
          {"name", host.spec.name},
          {"last_checkin", call.time.date(host.last_checkin)},
          {"last_boot", call.time.date(host.reported_boot)}};
}

Struct system_overview(const Call& call, const Host& host) {
  auto members = short_system(call, host);
  members.emplace("created", call.time.date(host.registered));
  return members;
}

Struct system_details(const Call& call, const Host& host) {
  Struct members{
      {"id", host.sid},
      {"profile_name", host.spec.name},
      {"machine_id", host.machine_id},
      {"minion_id", host.minion_id},
      {"hostname", host.spec.name},
      {"payg", false},
      {"base_entitlement", "salt_entitled"},
      {"addon_entitlements", Array{"monitoring_entitled"}},
      {"auto_update", false},
      {"description", "Initial Registration Parameters:\nOS: " + host.os->os + "\nRelease: " + host.os->release + "\nCPU Arch: x86_64"},
      {"release", host.os->release},
      {"last_boot", call.time.date(host.reported_boot)},
      {"osa_status", "unknown"},
      {"lock_status", false},
      {"contact_method", "default"}};
  for (const char* field : {"address1", "address2", "city", "state", "country", "building", "room", "rack"}) members.emplace(field, "");
  return members;
}

Struct errata_overview(const Call& call, const Erratum& erratum) {
  const auto day = call.time.day(published_at(erratum));
  const auto& spec = erratum.spec;
  return {{"id", erratum.id},
          {"issue_date", day},
          {"date", day},
          {"update_date", day},
          {"advisory_synopsis", spec.synopsis},
          {"advisory_type", spec.type},
          {"advisory_status", spec.retracted ? "retracted" : "final"},
          {"advisory_name", spec.advisory},
          {"reboot_suggested", spec.reboot_suggested},
          {"restart_suggested", spec.restart_suggested}};
}

Struct errata_short(const Call& call, const Erratum& erratum) {
  const auto& spec = erratum.spec;
  return {{"id", erratum.id},
          {"date", call.time.short_day(published_at(erratum))},
          {"advisory_synopsis", spec.synopsis},
          {"advisory_name", spec.advisory},
          {"advisory_type", spec.type},
          {"advisory_status", spec.retracted ? "retracted" : "final"}};
}

Struct server_group(const Call& call, const std::string& name) {
  return {{"id", call.world().group_id(name)},
          {"name", name},
          {"description", "Systems of " + name},
          {"org_id", 1},
          {"system_count", static_cast<int>(call.world().group_members(name).size())}};
}

Struct channel(const Call& call, const OsProfile& os) {
  const bool deb = os.family == Family::Debian;
  return {{"id", channel_id(os)},
          {"label", os.channel},
          {"name", os.channel_name},
          {"arch_name", deb ? "AMD64 Debian" : "x86_64"},
          {"arch_label", deb ? "channel-amd64-deb" : "channel-x86_64"},
          {"summary", os.channel_name},
          {"description", ""},
          {"checksum_label", "sha256"},
          {"last_modified", call.time.date(call.world().now() - std::chrono::hours(5))},
          {"maintainer_name", ""},
          {"maintainer_email", ""},
          {"maintainer_phone", ""},
          {"support_policy", ""},
          {"gpg_key_url", ""},
          {"gpg_key_id", ""},
          {"gpg_key_fp", ""},
          {"gpg_check", !deb},
          {"contentSources", Array{}},
          {"end_of_life", ""},
          {"parent_channel_label", ""},
          {"clone_original", ""}};
}

Answer script_results(const Call& call, const Action& action) {
  Array results;
  for (const auto& entry : action.systems) {
    if (!entry.script) continue;
    results.push_back(Struct{{"serverId", entry.sid},
                             {"startDate", call.time.date(entry.script->started)},
                             {"stopDate", call.time.date(entry.script->stopped)},
                             {"returnCode", entry.script->return_code},
                             {"output", entry.script->output},
                             {"output_enc64", false}});
  }
  return Value(results);
}

}  // namespace spm::sandbox::uyuni
