// org.*, user.* and channel.* (uyuni-xmlrpc 10.1, 13), as far as clients probe with them.
#include <set>

#include "sandbox/uyuni/structs.hpp"

namespace spm::sandbox::uyuni {
namespace {

Answer list_orgs(Call& call, const Array&) {
  const auto systems = static_cast<int>(call.world().hosts().size());
  return Value(Array{
      Struct{{"id", 1}, {"name", call.world().scenario().uyuni.organisation}, {"active_users", 1}, {"systems", systems}, {"trusts", 0}}});
}

Answer user_details(Call& call, const Array&) {
  Struct members{{"org_id", 1},        {"org_name", call.world().scenario().uyuni.organisation},
                 {"enabled", true},    {"use_pam", false},
                 {"read_only", false}, {"errata_notification", false}};
  for (const char* field : {"first_names", "first_name", "last_name", "email", "prefix", "last_login_date", "created_date"})
    members.emplace(field, "");
  return Value(std::move(members));
}

Answer list_assignable_roles(Call&, const Array&) {
  return Value(Array{"org_admin", "channel_admin", "config_admin", "system_group_admin", "activation_key_admin", "image_admin"});
}

Answer list_software_channels(Call& call, const Array&) {
  std::set<std::string> seen;
  Array channels;
  for (const auto& host : call.world().hosts()) {
    if (!seen.insert(host->os->channel).second) continue;
    channels.push_back(Struct{{"label", host->os->channel},
                              {"name", host->os->channel_name},
                              {"parent_label", ""},
                              {"end_of_life", ""},
                              {"arch", host->os->family == Family::Debian ? "AMD64 Debian" : "x86_64"}});
  }
  return Value(channels);
}

constexpr Method kMethods[] = {
    {"org.listOrgs", "", list_orgs},
    {"user.getDetails", "s", user_details},
    {"user.listAssignableRoles", "", list_assignable_roles},
    {"channel.listSoftwareChannels", "", list_software_channels},
};

}  // namespace

std::span<const Method> organisation_methods() { return kMethods; }

}  // namespace spm::sandbox::uyuni
