#include "notifications/rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace spm::notifications {
namespace {

using access::Permission;

enum class About { Item, Test, System, Source, User, Audit };
// Whether it is told once, until an event settles it.
enum class Lasts { ForGood, UntilSettled };

struct KindRow {
  Kind kind;
  std::string_view word;
  Severity severity;
  Permission permission;  // whoever lacks it does not see these
  About about;
  Lasts lasts;
};

constexpr std::array kKinds = {
    KindRow{Kind::DecisionWaiting, "decision_waiting", Severity::Info, Permission::ReadState, About::Item, Lasts::UntilSettled},
    KindRow{Kind::SecondApprovalWaiting, "second_approval_waiting", Severity::Info, Permission::ReadState, About::Item,
            Lasts::UntilSettled},
    KindRow{Kind::SnoozeEnded, "snooze_ended", Severity::Info, Permission::ReadState, About::Item, Lasts::UntilSettled},
    KindRow{Kind::DecisionDueSoon, "decision_due_soon", Severity::Warning, Permission::ReadState, About::Item, Lasts::UntilSettled},
    KindRow{Kind::DecisionOverdue, "decision_overdue", Severity::Critical, Permission::ReadState, About::Item, Lasts::UntilSettled},
    KindRow{Kind::TestFailed, "test_failed", Severity::Warning, Permission::ReadState, About::Test, Lasts::ForGood},
    KindRow{Kind::TestError, "test_error", Severity::Warning, Permission::ReadState, About::Test, Lasts::ForGood},
    KindRow{Kind::TestAborted, "test_aborted", Severity::Info, Permission::ReadState, About::Test, Lasts::ForGood},
    KindRow{Kind::SystemQuarantined, "system_quarantined", Severity::Critical, Permission::ReadState, About::System, Lasts::UntilSettled},
    KindRow{Kind::BreakGlass, "break_glass", Severity::Critical, Permission::ReadState, About::Item, Lasts::ForGood},
    KindRow{Kind::SyncFailed, "sync_failed", Severity::Warning, Permission::ReadState, About::Source, Lasts::UntilSettled},
    KindRow{Kind::SyncStale, "sync_stale", Severity::Critical, Permission::ReadState, About::Source, Lasts::UntilSettled},
    KindRow{Kind::UserLockedOut, "user_locked_out", Severity::Warning, Permission::ManageUsers, About::User, Lasts::ForGood},
    KindRow{Kind::AuditBroken, "audit_broken", Severity::Critical, Permission::ReadAudit, About::Audit, Lasts::ForGood},
};

// Which events deserve a notice; the first row that fits counts. An empty field fits every event of the type. What no event tells
// (service levels, stale sources, locked accounts) is raised where it is found out.
struct EventRow {
  std::string_view type;
  std::string_view field;
  std::string_view value;
  Kind kind;
};

constexpr std::array kEvents = {
    EventRow{"test.finished", "result", "failed", Kind::TestFailed},   EventRow{"test.finished", "result", "error", Kind::TestError},
    EventRow{"test.finished", "result", "aborted", Kind::TestAborted}, EventRow{"system.quarantined", "", "", Kind::SystemQuarantined},
    EventRow{"approval.given", "", "", Kind::SecondApprovalWaiting},   EventRow{"approval.break_glass", "", "", Kind::BreakGlass},
    EventRow{"sync.finished", "status", "failed", Kind::SyncFailed},   EventRow{"audit.broken", "", "", Kind::AuditBroken},
    EventRow{"cves.imported", "status", "failed", Kind::SyncFailed},
};

const KindRow& row_of(Kind kind) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [&](const KindRow& row) { return row.kind == kind; });
  if (found == kKinds.end()) throw std::logic_error("a kind of notice without a row");
  return *found;
}

std::string text_in(const json::object& event, std::string_view field) {
  const auto* value = event.if_contains(field);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::int64_t> number_in(const json::object& event, std::string_view field) {
  const auto* value = event.if_contains(field);
  return value != nullptr && value->is_int64() ? std::optional(value->get_int64()) : std::nullopt;
}

std::optional<Kind> kind_of(const json::object& event) {
  const auto type = text_in(event, "type");
  if (type == "queue.advanced" && text_in(event, "status") == "pending_approval")
    return text_in(event, "from") == "snoozed" ? Kind::SnoozeEnded : Kind::DecisionWaiting;
  for (const auto& row : kEvents) {
    if (row.type == type && (row.field.empty() || text_in(event, row.field) == row.value)) return row.kind;
  }
  return std::nullopt;
}

constexpr std::string_view kItem = "queue_item";
constexpr std::string_view kSystem = "system";
constexpr std::string_view kSource = "sync";

std::string thing(std::string_view type, std::string_view id) { return fmt::format("{}:{}", type, id); }
std::string thing(std::string_view type, std::optional<std::int64_t> id) { return thing(type, std::to_string(id.value())); }

std::string because(const Notice& notice) { return notice.reason.empty() ? "" : ": " + notice.reason; }

}  // namespace

std::string_view to_string(Kind kind) { return row_of(kind).word; }

std::optional<Kind> parse_kind(std::string_view word) {
  const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [&](const KindRow& row) { return row.word == word; });
  return found == kKinds.end() ? std::nullopt : std::optional(found->kind);
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::Info: return "info";
    case Severity::Warning: return "warning";
    case Severity::Critical: return "critical";
  }
  return "";
}

Severity severity_of(Kind kind) { return row_of(kind).severity; }

std::vector<std::string> kinds_seen_by(const access::Principal& principal, const std::optional<std::string>& kind,
                                       const std::optional<std::string>& severity) {
  std::vector<std::string> words;
  for (const auto& row : kKinds) {
    const bool is_asked = (!kind || *kind == row.word) && (!severity || *severity == to_string(row.severity));
    if (is_asked && access::may(principal, row.permission)) words.emplace_back(row.word);
  }
  return words;
}

std::optional<Notice> notice_of(const json::object& event) {
  const auto kind = kind_of(event);
  if (!kind) return std::nullopt;
  Notice notice{.kind = *kind, .subject = text_in(event, "source"), .actor = text_in(event, "actor"), .reason = text_in(event, "reason")};
  if (const auto id = number_in(event, "queue_id")) notice.item = QueueId{*id};
  if (const auto id = number_in(event, "test_id")) notice.test = TestId{*id};
  if (const auto id = number_in(event, "system_id")) notice.system = SystemId{*id};
  if (const auto name = text_in(event, "errata_id"); !name.empty()) notice.erratum = AdvisoryName{name};
  return notice;
}

Subject subject_of(const Notice& notice) {
  const auto number = [](const auto& id) { return id ? std::to_string(id->value) : std::string(); };
  switch (row_of(notice.kind).about) {
    case About::Item: return {kItem, number(notice.item)};
    case About::Test: return {"test", number(notice.test)};
    case About::System: return {kSystem, number(notice.system)};
    case About::Source: return {kSource, notice.subject};
    case About::User: return {"user", notice.subject};
    case About::Audit: return {"audit", ""};
  }
  return {};
}

std::optional<std::string> thing_of(const Notice& notice) {
  if (row_of(notice.kind).lasts == Lasts::ForGood) return std::nullopt;
  const auto subject = subject_of(notice);
  return thing(subject.type, subject.id);
}

std::optional<std::string> thing_settled_by(const json::object& event) {
  const auto type = text_in(event, "type");
  if (type == "queue.advanced" && text_in(event, "from") == "pending_approval") return thing(kItem, number_in(event, "queue_id"));
  if (type == "system.released") return thing(kSystem, number_in(event, "system_id"));
  if (type == "sync.finished" && text_in(event, "status") == "succeeded") return thing(kSource, text_in(event, "source"));
  if (type == "cves.imported" && text_in(event, "status") != "failed") return thing(kSource, text_in(event, "source"));
  return std::nullopt;
}

std::string sentence(const Notice& notice, const std::optional<std::string>& system_name) {
  const auto erratum = notice.erratum ? notice.erratum->value : std::string("an erratum");
  const auto on_system = system_name ? " on " + *system_name : std::string();
  const auto due = notice.due_at ? format_time(*notice.due_at) : std::string();
  switch (notice.kind) {
    case Kind::DecisionWaiting: return fmt::format("{} passed its test and waits for a decision", erratum);
    case Kind::SecondApprovalWaiting: return fmt::format("{} was approved by {}; a second person has to approve it", erratum, notice.actor);
    case Kind::SnoozeEnded: return fmt::format("{} is back from its snooze and waits for a decision", erratum);
    case Kind::DecisionDueSoon: return fmt::format("{} has used half of its service level; a decision is due {}", erratum, due);
    case Kind::DecisionOverdue: return fmt::format("{} is past its service level; a decision was due {}", erratum, due);
    case Kind::TestFailed: return fmt::format("the test of {}{} failed{}", erratum, on_system, because(notice));
    case Kind::TestError: return fmt::format("the test of {}{} could not tell{}", erratum, on_system, because(notice));
    case Kind::TestAborted: return fmt::format("the test of {}{} was aborted{}", erratum, on_system, because(notice));
    case Kind::SystemQuarantined: return fmt::format("{} went into quarantine{}", system_name.value_or("a test system"), because(notice));
    case Kind::BreakGlass:
      return fmt::format("break-glass: {} approved {} alone, past the policies{}", notice.actor, erratum, because(notice));
    case Kind::SyncFailed: return fmt::format("the synchronisation with {} failed{}", notice.subject, because(notice));
    case Kind::SyncStale: return fmt::format("what is known from {} is out of date{}", notice.subject, because(notice));
    case Kind::UserLockedOut: return fmt::format("the account {} was locked{}", notice.subject, because(notice));
    case Kind::AuditBroken: return fmt::format("the audit record is not what was written{}", because(notice));
  }
  return "";
}

}  // namespace spm::notifications
