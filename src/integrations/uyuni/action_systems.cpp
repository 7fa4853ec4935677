#include "integrations/uyuni/action_systems.hpp"

#include <array>

#include "integrations/uyuni/faults.hpp"
#include "integrations/uyuni/fields.hpp"

namespace spm::uyuni {
namespace {

struct PlaceList {
  const char* method;
  ActionPlace place;
};

// In progress first: the other two are final, so that an action that moves meanwhile is still found.
constexpr std::array kLists{
    PlaceList{"schedule.listInProgressSystems", ActionPlace::InProgress},
    PlaceList{"schedule.listFailedSystems", ActionPlace::Failed},
    PlaceList{"schedule.listCompletedSystems", ActionPlace::Completed},
};

Result<std::optional<std::string>> message_in(UyuniClient& client, const char* method, SystemId system, ActionId action) {
  const auto answer = client.call(method, {action.value}, net::Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto list = as_list(*answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    if (members == nullptr) return bad_answer(method, "an entry is not a struct");
    if (integer_of(*members, "server_id") == system.value) return std::optional(text_of(*members, "message", 16'384));
  }
  return std::optional<std::string>();
}

}  // namespace

Result<SystemInAction> find_in_action(UyuniClient& client, SystemId system, ActionId action) {
  for (const auto& [method, place] : kLists) {
    auto message = message_in(client, method, system, action);
    if (!message && fault_says(message.error(), "could not find action")) return SystemInAction{};
    if (!message) return tl::unexpected<Error>(message.error());
    if (*message) return SystemInAction{place, std::move(**message)};
  }
  return SystemInAction{};
}

}  // namespace spm::uyuni
