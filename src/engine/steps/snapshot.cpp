// A snapshot to come back to. Its description is derived from the run, so a second call finds what a first one made. Without snapper the
// way back is the package manager, and the run says so.

#include <fmt/format.h>

#include "engine/host.hpp"
#include "engine/steps/steps.hpp"
#include "engine/text.hpp"

namespace spm::engine::steps {
namespace {

using namespace std::chrono_literals;

// Letters, digits, blanks and dashes only: it goes through snapper's CSV and comes back the same. The start time keeps it apart from a
// snapshot that a run with the same number made before the database was set up anew.
std::string description_of(const Run& run) {
  return fmt::format("spm test {} {}", run.id.value, run.started_at.time_since_epoch().count());
}

Outcome without_snapshot(const StepContext& context, const std::string& why) {
  if (context.config().snapshot_required)
    return Fail{FailureClass::Infra, fmt::format("a snapshot is required and cannot be had: {}", why), {}, {}};
  return Skipped{fmt::format("no snapshot ({}); a rollback will go by package versions", why),
                 {{"rollback_type", "package"}},
                 {{"type", "package"}, {"why", why}}};
}

// Why the snapshot is no proven way back; empty: it is. It must be listed, and to undo it the system needs room.
std::string doubt_about(const Outputs& seen, const std::string& number, const std::string& description) {
  if (seen[0].exit_status != 0) return "snapshots could not be listed again: " + why_unusable("snapper", seen[0]);
  if (description_of_snapshot(seen[0].output, number) != description)
    return fmt::format("snapper does not list snapshot {} as ours", number);
  const auto free = free_kilobytes_in(seen[1]);
  if (!free) return "free space on / could not be checked: " + why_unusable("df", seen[1]);
  if (*free < kFreeKilobytesNeeded) return fmt::format("with the snapshot only {} MB are free on /, 500 MB are needed", *free / 1024);
  return {};
}

Outcome with_snapshot(StepContext& context, const std::string& number, const std::string& description) {
  const auto seen = context.commands("verify", {list_snapshots(), read_free_space()});
  if (!seen) return seen.answer();
  const auto doubt = doubt_about(*seen, number, description);
  json::object facts{{"rollback_type", "snapshot"}, {"snapshot_id", number}, {"snapshot_description", description}};
  json::object evidence{{"type", "snapper"},
                        {"id", number},
                        {"description", description},
                        {"way_back", {{"by", "snapshot"}, {"proven", doubt.empty()}, {"why", doubt}}}};
  if (!doubt.empty() && context.config().rollback_proof_required)
    return Fail{FailureClass::Infra, "no way back: " + doubt, std::move(facts), std::move(evidence)};
  return Done{fmt::format("snapper snapshot {} is there{}", number, doubt.empty() ? "" : ", but " + doubt), std::move(facts),
              std::move(evidence)};
}

}  // namespace

Outcome snapshot(StepContext& context) {
  if (context.config().snapshot_type == SnapshotType::None) return without_snapshot(context, "the configuration asks for none");
  const auto description = description_of(context.run());
  const auto list = context.commands("list", {list_snapshots()});
  if (!list) return list.answer();
  const auto& known = list->front();
  if (has_no_snapper(known))
    return without_snapshot(context, known.exit_status == 127 ? "snapper is not installed" : "snapper has no configuration for /");
  if (known.exit_status != 0) return Retry{"snapshots could not be listed: " + why_unusable("snapper", known)};
  if (const auto number = snapshot_described(known.output, description)) return with_snapshot(context, *number, description);

  // The empty clean-up algorithm keeps snapper's own timers away from it (salt 2.7). Lost: the next attempt starts with the list again.
  const auto created = context.batch("create", {{{"snapper", "-c", "root", "create", "--type", "single", "--cleanup-algorithm", "",
                                                  "--description", description, "--userdata", "important=yes", "--print-number"},
                                                 120s}});
  if (!created) return created.answer();
  if (!created->is_done()) return Retry{"whether the snapshot was made is not known: " + created->reason};
  const auto& output = created->outputs.front();
  const auto number = trimmed(output.output);
  if (output.exit_status != 0 || !number_in<std::int64_t>(number))
    return Retry{"the snapshot could not be made: " + why_unusable("snapper", output)};
  return with_snapshot(context, std::string(number), description);
}

}  // namespace spm::engine::steps
