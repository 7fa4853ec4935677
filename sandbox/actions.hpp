#pragma once
// UYUNI's actions and their life cycle (uyuni-xmlrpc 14): queued, picked up, completed or failed for each system on its own; lost returns,
// reboots that end only when the uptime is reported, the server's own follow-up actions. Guarded by the simulation's mutex.

#include <optional>
#include <string>
#include <vector>

#include "sandbox/world.hpp"

namespace spm::sandbox {

enum class ActionType { PackageRefresh, PatchUpdate, Reboot, Script };
enum class ActionStatus { Queued = 0, PickedUp = 1, Completed = 2, Failed = 3 };

[[nodiscard]] std::string display_name(ActionType type);

struct ScriptSpec {
  std::string user{};
  std::string group{};
  int timeout_seconds = 600;
  std::string content{};
};

struct ScriptOutcome {
  Time started;
  Time stopped;
  int return_code = 0;
  std::string output;
};

struct SystemAction {
  std::int64_t sid = 0;
  ActionStatus status = ActionStatus::Queued;
  std::optional<Time> picked_up{};
  std::optional<Time> completed{};
  std::optional<int> result_code{};
  std::optional<std::string> message{};
  std::optional<ScriptOutcome> script{};
};

struct Action {
  int id = 0;
  ActionType type = ActionType::PackageRefresh;
  std::string name{};
  std::optional<std::string> scheduler{};  // nullopt: the server itself, "(unknown)"
  Time created{};
  Time earliest{};
  bool archived = false;
  std::vector<SystemAction> systems{};
  std::vector<int> errata{};  // PatchUpdate
  ScriptSpec script{};        // Script

  [[nodiscard]] const SystemAction* on(std::int64_t sid) const;
  [[nodiscard]] SystemAction* on(std::int64_t sid);
};

// Switches of the control endpoint.
struct ActionTroubles {
  int lose_results = 0;  // so many of the next returns are lost
  Seconds delay{0};      // before each pick-up
  bool taskomatic_up = true;
};

class Actions {
 public:
  explicit Actions(World& world);
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;

  ActionTroubles troubles;

  // Stores the action and hands it to the scheduler; the caller has checked everything, Taskomatic included.
  int schedule(Action action);
  [[nodiscard]] const std::vector<Action>& all() const { return actions_; }
  [[nodiscard]] Action* find(std::int64_t id);
  // Errata of this system that are in an open patch action.
  [[nodiscard]] std::vector<int> scheduled_errata(std::int64_t sid) const;

  void cancel(Action& action);
  void fail(SystemAction& entry, int code, const std::string& message);
  // What happens when the minion reports packages and uptime: after a package action, by the package beacon, at its start.
  void report_profile(Host& host);

 private:
  void fire(int id);
  void pick_up(int id, std::int64_t sid);
  void run(int id, std::int64_t sid);
  void run_patch(Action& action, SystemAction& entry, Host& host);
  void finish_patch(int id, std::int64_t sid, const std::string& boot_id);
  void run_refresh(Action& action, SystemAction& entry, Host& host);
  void run_script(Action& action, SystemAction& entry, Host& host);
  void answer(int id, std::int64_t sid, Seconds after, std::function<void(Action&, SystemAction&, Host&)> store);
  void complete(SystemAction& entry, const std::string& message);
  void schedule_refresh(Host& host, Seconds delay);
  void end_reboots(Host& host);
  void clean_up(int id);
  [[nodiscard]] SystemAction* entry(int id, std::int64_t sid);
  [[nodiscard]] Host& host(std::int64_t sid) const { return *world_.host(sid); }

  World& world_;
  std::vector<Action> actions_;
  std::map<std::int64_t, int> refresh_due_;  // systems whose automatic refresh is already on its way
};

}  // namespace spm::sandbox
