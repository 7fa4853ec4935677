#include "engine/snapshots.hpp"

#include <fmt/format.h>

#include "audit/audit.hpp"
#include "engine/engine.hpp"
#include "engine/engine_sql.hpp"
#include "engine/host.hpp"
#include "engine/text.hpp"
#include "engine/token.hpp"
#include "log/log.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;

constexpr int kMostTries = 10;
constexpr auto kPatience = 15min;
constexpr auto kTroublePause = 6h;  // the system is away, or busy: that seldom passes at once

enum class Doing { Look, Delete };
std::string_view to_string(Doing doing) { return doing == Doing::Look ? "look" : "delete"; }

struct Kept {
  TestId test;
  SystemId system;
  std::string system_name;
  std::string minion_id;
  std::string number;
  std::string description;
  std::string why;
  bool was_ours = false;
  int tries = 0;
  std::optional<Doing> doing;
  std::string token;
  std::string handle;
  Time intended_at;
};

Kept kept_in(const db::Row& row) {
  Kept kept;
  kept.test = TestId{row.integer("test_id")};
  kept.system = SystemId{row.integer("system_id")};
  kept.system_name = row.text("system_name");
  kept.minion_id = row.text("minion_id");
  kept.number = row.text("number");
  kept.description = row.text("description");
  kept.why = row.text("why");
  kept.was_ours = row.boolean("was_ours");
  kept.tries = static_cast<int>(row.integer("tries"));
  if (const auto doing = row.text_or_null("doing")) kept.doing = *doing == "look" ? Doing::Look : Doing::Delete;
  kept.token = row.text_or_null("token").value_or("");
  kept.handle = row.text_or_null("handle").value_or("");
  kept.intended_at = row.time_or_null("intended_at").value_or(Time{});
  return kept;
}

// Takes the snapshots that are due through their next step.
class Forgetting {
 public:
  Forgetting(db::Pool& pool, const Clock& clock, const Settings& settings, ports::Commands& commands)
      : pool_(pool), clock_(clock), settings_(settings), commands_(commands) {}

  void run() {
    for (const auto& kept : due()) step(kept);
  }

 private:
  std::vector<Kept> due() {
    const auto now = clock_.now();
    db::Tx tx(pool_);
    std::vector<Kept> found;
    for (const auto row : tx.execute(sql::due_snapshots, {now, now - scaled(settings_.keep_snapshots, settings_.time_factor)}))
      found.push_back(kept_in(row));
    tx.commit();
    return found;
  }

  void step(const Kept& kept) {
    if (!kept.doing) return begin(kept, Doing::Look);
    const ports::CommandBatch batch{{kept.system, kept.minion_id},
                                    {*kept.doing == Doing::Look ? list_snapshots() : delete_snapshot(kept.number)},
                                    kept.token,
                                    kept.intended_at};
    if (kept.handle.empty()) return send(kept, batch);
    const auto report = commands_.report(batch, kept.handle);
    if (clock_.now() >= kept.intended_at + kPatience && (!report || report->state == ports::BatchState::Running))
      return trouble(kept, report ? "the batch did not end" : report.error().message);
    if (!report || report->state == ports::BatchState::Running) return later(kept, 10s);
    if (report->state == ports::BatchState::Lost) return trouble(kept, report->reason);
    if (report->outputs.empty()) return trouble(kept, "the batch was answered without an output");
    const auto& output = report->outputs.front();
    // What came of a deletion, the next look tells.
    if (*kept.doing == Doing::Delete) return begin(kept, Doing::Look, output.exit_status == 0 ? "" : why_unusable("snapper", output));
    judge(kept, output);
  }

  // The intent stands before anything is sent.
  void begin(const Kept& kept, Doing doing, const std::string& why = {}) {
    const auto now = clock_.now();
    const int tries = kept.tries + (doing == Doing::Delete ? 1 : 0);
    db::Tx tx(pool_);
    (void)tx.execute(sql::intend_snapshot,
                     {kept.test, to_string(doing), next_token(now), now, why, tries, kept.was_ours || doing == Doing::Delete});
    tx.commit();
  }

  void send(const Kept& kept, const ports::CommandBatch& batch) {
    const auto found = commands_.find(batch);
    if (!found) return found.error().upstream == UpstreamFailure::Refused ? trouble(kept, found.error().message) : later(kept, 60s);
    const auto handle = *found ? Result<std::string>(**found) : commands_.start(batch);
    if (!handle) return handle.error().upstream == UpstreamFailure::Refused ? trouble(kept, handle.error().message) : later(kept, 60s);
    db::Tx tx(pool_);
    (void)tx.execute(sql::start_snapshot, {kept.test, *handle, clock_.now() + scaled(5s, settings_.time_factor)});
    tx.commit();
  }

  void judge(const Kept& kept, const ports::CommandOutput& output) {
    if (has_no_snapper(output)) return end(kept, "gone", "snapper is gone from the system");
    if (output.exit_status != 0) return trouble(kept, "snapshots could not be listed: " + why_unusable("snapper", output));
    const auto description = description_of_snapshot(output.output, kept.number);
    if (!description)
      return end(kept, kept.was_ours ? "deleted" : "gone", kept.was_ours ? "its time had come" : "somebody else deleted it");
    if (*description != kept.description) {
      return end(kept, "failed",
                 fmt::format("snapshot {} is not ours: its description is \"{}\"", kept.number, shortened(*description, 200)));
    }
    if (kept.tries >= kMostTries) return end(kept, "failed", "it could not be deleted: " + kept.why);
    if (kept.was_ours && !kept.why.empty()) return trouble(kept, kept.why);
    begin(kept, Doing::Delete);
  }

  void later(const Kept& kept, std::chrono::seconds pause) {
    db::Tx tx(pool_);
    (void)tx.execute(sql::postpone_snapshot, {kept.test, clock_.now() + scaled(pause, settings_.time_factor)});
    tx.commit();
  }

  // Begins anew with a look, much later; not for ever.
  void trouble(const Kept& kept, const std::string& why) {
    if (kept.tries + 1 >= kMostTries) return end(kept, "failed", "it could not be deleted: " + why);
    const auto now = clock_.now();
    db::Tx tx(pool_);
    (void)tx.execute(sql::put_off_snapshot, {kept.test, shortened(why, 1000), now + scaled(kTroublePause, settings_.time_factor), now});
    tx.commit();
  }

  void end(const Kept& kept, std::string_view state, const std::string& why) {
    const auto now = clock_.now();
    db::Tx tx(pool_);
    const auto ended = tx.execute(sql::end_snapshot, {kept.test, state, why, now});
    if (!ended.empty()) {
      audit::append(tx, {.actor = "engine",
                         .from_address = {},
                         .action = "snapshot.end",
                         .subject_type = "test",
                         .subject_id = std::to_string(kept.test.value),
                         .before = json::object{{"status", "kept"}, {"id", kept.number}, {"system", kept.system_name}},
                         .after = json::object{{"status", state}},
                         .reason = why,
                         .at = now});
    }
    tx.commit();
    log::write(state == "failed" ? log::Level::Warning : log::Level::Info, "engine", "a snapshot's time ended",
               {{"test_id", kept.test}, {"system", kept.system_name}, {"status", state}, {"reason", why}});
  }

  db::Pool& pool_;
  const Clock& clock_;
  const Settings& settings_;
  ports::Commands& commands_;
};

}  // namespace

void record_snapshot(db::Tx& tx, const Run& run, const json::object& facts, Time now) {
  const auto* number = facts.if_contains("snapshot_id");
  if (number == nullptr) return;
  (void)tx.execute(sql::record_snapshot,
                   {run.id, run.system, std::string(number->as_string()), std::string(facts.at("snapshot_description").as_string()), now});
}

void forget_snapshots(db::Pool& pool, const Clock& clock, const Settings& settings, ports::Commands& commands) {
  Forgetting(pool, clock, settings, commands).run();
}

std::vector<scheduler::Task> snapshot_tasks(db::Pool& pool, const Clock& clock, const Settings& settings, ports::Commands& commands) {
  return {{"engine_forget_snapshots", std::chrono::seconds(15),
           [&pool, &clock, settings, &commands](const std::stop_token&) { forget_snapshots(pool, clock, settings, commands); }}};
}

std::optional<json::object> snapshot_json(db::Tx& tx, TestId test) {
  const auto rows = tx.execute(sql::find_snapshot, {test});
  if (rows.empty()) return std::nullopt;
  return json::object{{"id", rows[0].text("number")},
                      {"type", rows[0].text("kind")},
                      {"created_at", format_time(rows[0].time("created_at"))},
                      {"size_mb", nullptr},
                      {"status", rows[0].text("state")}};
}

}  // namespace spm::engine
