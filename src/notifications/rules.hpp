#pragma once
// What deserves a notice, how loud it is, who sees it, and how long it stays true: pure.

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/permission.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace spm::notifications {

namespace json = boost::json;

enum class Kind {
  DecisionWaiting,
  SecondApprovalWaiting,
  SnoozeEnded,
  DecisionDueSoon,  // half of the service level is over
  DecisionOverdue,  // all of it
  TestFailed,
  TestError,
  TestAborted,
  SystemQuarantined,
  BreakGlass,
  SyncFailed,
  SyncStale,
  UserLockedOut,
  AuditBroken,
};
[[nodiscard]] std::string_view to_string(Kind kind);
[[nodiscard]] std::optional<Kind> parse_kind(std::string_view word);

enum class Severity { Info, Warning, Critical };
[[nodiscard]] std::string_view to_string(Severity severity);
[[nodiscard]] Severity severity_of(Kind kind);

// The words of the kinds that this caller may see, narrowed to one kind or severity where asked.
[[nodiscard]] std::vector<std::string> kinds_seen_by(const access::Principal& principal, const std::optional<std::string>& kind = {},
                                                     const std::optional<std::string>& severity = {});

struct Notice {
  Kind kind = Kind::DecisionWaiting;
  std::optional<QueueId> item = {};
  std::optional<TestId> test = {};
  std::optional<SystemId> system = {};
  std::optional<AdvisoryName> erratum = {};
  std::string subject = {};  // the source of a sync, the name of a user
  std::string actor = {};    // whose doing it was
  std::string reason = {};
  std::optional<Time> due_at = {};
};

// What a change deserves that was told by this event (its payload); most deserve nothing.
[[nodiscard]] std::optional<Notice> notice_of(const json::object& event);

// What a notice is about, in the words of the audit log: {"queue_item", "12"}, {"sync", "uyuni"}.
struct Subject {
  std::string_view type;
  std::string id;
};
[[nodiscard]] Subject subject_of(const Notice& notice);

// The subject of a notice of something that stays so for a while ("queue_item:12"); it is told once while it is so. nullopt: it has
// happened.
[[nodiscard]] std::optional<std::string> thing_of(const Notice& notice);
// The thing of which, after this event, nothing is so any more that was told.
[[nodiscard]] std::optional<std::string> thing_settled_by(const json::object& event);

// One sentence for a person. `system_name` when it is known.
[[nodiscard]] std::string sentence(const Notice& notice, const std::optional<std::string>& system_name);

}  // namespace spm::notifications
