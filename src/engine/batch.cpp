#include "engine/batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "audit/audit.hpp"
#include "base/json_write.hpp"
#include "engine/batch_rules.hpp"
#include "engine/bisect.hpp"
#include "engine/engine_sql.hpp"
#include "engine/interventions.hpp"
#include "engine/run_defaults.hpp"
#include "engine/start.hpp"
#include "log/log.hpp"

namespace spm::engine {
namespace {

void record(db::Tx& tx, BatchId batch, const std::string& action, json::object after, const std::string& reason,
            const queue::Acting& acting) {
  audit::record(tx,
                {.actor = acting.actor,
                 .from_address = acting.from_address,
                 .action = "batch." + action,
                 .subject_type = "test_batch",
                 .subject_id = std::to_string(batch.value),
                 .before = nullptr,
                 .after = std::move(after),
                 .reason = reason,
                 .at = acting.now},
                {.topic = "test", .type = "batch." + action, .more = {{"batch_id", batch.value}}});
}

// ---------------------------------------------------------------- creating

Result<bool> require_free(db::Tx& tx, QueueId id) {
  const auto item = queue::lock(tx, id);
  if (!item) return fail(ErrorCode::NotFound, fmt::format("queue item {} does not exist", id.value));
  if (item->status != queue::Status::Queued) {
    return fail(ErrorCode::InvalidTransition,
                fmt::format("queue item {} ({}) is {}; only queued ones can be in a batch", id.value, item->erratum.value,
                            queue::to_string(item->status)),
                {{"queue_id", id.value}, {"status", queue::to_string(item->status)}});
  }
  const auto other = tx.execute(sql::open_batch_of, {id});
  if (other.empty()) return true;
  return fail(ErrorCode::Conflict,
              fmt::format("queue item {} ({}) is in batch {} already", id.value, item->erratum.value, other[0].integer("batch_id")),
              {{"queue_id", id.value}, {"batch_id", other[0].integer("batch_id")}});
}

Result<std::vector<QueueId>> choose_items(db::Tx& tx, const BatchOrder& order) {
  auto items = order.items;
  if (items.empty() && !order.target_os) {
    return fail(ErrorCode::ValidationError, "what to test was not said",
                {{"fields", {{"queue_ids", "are required when target_os is not given"}}}});
  }
  if (items.empty()) {
    std::vector<queue::OrderKey> waiting;
    for (const auto row : tx.execute(sql::free_queued_items, {*order.target_os})) {
      waiting.push_back({row.integer("priority_override"), row.boolean("requires_reboot"), row.integer("success_score"),
                         row.real("urgency_score"), row.integer("id")});
    }
    std::sort(waiting.begin(), waiting.end(),
              [mode = queue::load_mode(tx)](const auto& a, const auto& b) { return queue::comes_before(a, b, mode); });
    for (const auto& key : waiting) {
      if (static_cast<std::int64_t>(items.size()) < order.limit) items.push_back(QueueId{key.id});
    }
  }
  if (items.empty()) return fail(ErrorCode::NoItemsInQueue, fmt::format("nothing is queued for {}", order.target_os.value_or("")));
  std::sort(items.begin(), items.end());  // locks are taken in one order
  items.erase(std::unique(items.begin(), items.end()), items.end());
  for (const auto id : items) {
    if (const auto free = require_free(tx, id); !free) return tl::unexpected(free.error());
  }
  return items;
}

// ---------------------------------------------------------------- going on

struct Member {
  QueueId item;
  MemberState state = MemberState::Waiting;
  queue::OrderKey key;
  std::string target_os;
};

std::vector<Member> follow_members(db::Tx& tx, BatchId batch) {
  std::vector<Member> members;
  for (const auto row : tx.execute(sql::batch_members, {batch})) {
    const QueueId item{row.integer("queue_id")};
    const auto state = parse_member_state(row.text("state")).value();
    const auto seen = follow({state, *queue::parse_status(row.text("status")), row.boolean("autostart"), row.text_or_null("result")});
    members.push_back({item,
                       seen.state,
                       {row.integer("priority_override"), row.boolean("requires_reboot"), row.integer("success_score"),
                        row.real("urgency_score"), item.value},
                       row.text("target_os")});
    if (seen.state != state)
      (void)tx.execute(sql::move_member, {batch, item, to_string(seen.state), row.integer_or_null("latest_test"), seen.reason});
  }
  return members;
}

void end_batch(db::Tx& tx, BatchId batch, const std::string& status, const std::string& reason, const queue::Acting& acting) {
  (void)tx.execute(sql::end_batch, {batch, status, reason, acting.now});
  record(tx, batch, status, {{"status", status}}, reason, acting);
  log::info("engine", "a batch has ended", {{"batch_id", batch.value}, {"status", status}, {"reason", reason}});
}

// One turn of the batch's bookkeeping. The members that may start now, in queue order; none when it has ended.
std::vector<Member> turn(db::Tx& tx, BatchId batch, Time now) {
  const auto rows = tx.execute(sql::lock_batch, {batch});
  if (rows.empty() || rows[0].text("status") != "running") return {};
  auto members = follow_members(tx, batch);
  const auto has = [&](MemberState state) {
    return std::any_of(members.begin(), members.end(), [&](const Member& member) { return member.state == state; });
  };
  const queue::Acting acting{"engine", {}, now};
  if (rows[0].boolean("stop_on_failure") && has(MemberState::Failed) && has(MemberState::Waiting)) {
    (void)tx.execute(sql::cancel_waiting_members, {batch, "an item of the batch failed (stop_on_failure)"});
    members = follow_members(tx, batch);
  }
  if (!has(MemberState::Waiting) && !has(MemberState::Testing)) {
    end_batch(tx, batch, "completed", rows[0].text("end_reason"), acting);
    return {};
  }
  std::erase_if(members, [](const Member& member) { return member.state != MemberState::Waiting; });
  std::sort(members.begin(), members.end(),
            [mode = queue::load_mode(tx)](const Member& a, const Member& b) { return queue::comes_before(a.key, b.key, mode); });
  return members;
}

enum class Try { Started, NoFreeSystem, NotNow };

Try try_start(db::Pool& pool, const Settings& settings, BatchId batch, const Member& member, Time now) {
  db::Tx tx(pool);
  const auto rows = tx.execute(sql::lock_batch, {batch});
  if (rows.empty() || rows[0].text("status") != "running") return Try::NoFreeSystem;
  StartOrder order;
  order.item = member.item;
  order.test_config = rows[0].json_value("test_config").as_object();
  order.offline = Offline::Never;
  const auto started = start(tx, settings, order, {rows[0].text("created_by"), {}, now});
  if (!started) {
    const auto code = started.error().code;
    return code == ErrorCode::TestAlreadyRunning || code == ErrorCode::NotFound ? Try::NoFreeSystem : Try::NotNow;
  }
  (void)tx.execute(sql::move_member, {batch, member.item, to_string(MemberState::Testing), started->test, ""});
  tx.commit();
  return Try::Started;
}

void continue_batch(db::Pool& pool, const Clock& clock, const Settings& settings, BatchId batch, bool bisects) {
  std::vector<Member> ready;
  {
    db::Tx tx(pool);
    ready = turn(tx, batch, clock.now());
    tx.commit();
  }
  if (bisects) return continue_sets(pool, clock, settings, batch);
  std::set<std::string> full;  // OSes without a free system
  for (const auto& member : ready) {
    if (full.contains(member.target_os)) continue;
    if (try_start(pool, settings, batch, member, clock.now()) == Try::NoFreeSystem) full.insert(member.target_os);
  }
}

}  // namespace

Result<json::object> create_batch(db::Tx& tx, const Settings& settings, const BatchOrder& order, const queue::Acting& acting) {
  const auto os = order.target_os.value_or("ubuntu");
  if (const auto config = configure(run_defaults(tx, settings, os), order.test_config, os); !config) return tl::unexpected(config.error());
  const auto items = choose_items(tx, order);
  if (!items) return tl::unexpected(items.error());
  const BatchId batch{
      tx.execute(sql::insert_batch, {order.test_config, order.stop_on_failure, acting.actor, acting.now, order.bisect})[0].integer("id")};
  json::array ids;
  for (const auto id : *items) {
    (void)tx.execute(sql::insert_member, {batch, id});
    ids.emplace_back(id.value);
  }
  if (order.bisect) {
    if (const auto added = add_first_set(tx, batch, *items); !added) return tl::unexpected(added.error());
  }
  record(tx, batch, "create",
         {{"queue_ids", std::move(ids)},
          {"stop_on_failure", order.stop_on_failure},
          {"bisect", order.bisect},
          {"test_config", order.test_config}},
         "", acting);
  return batch_json(tx, batch);
}

Result<json::object> batch_json(db::Tx& tx, BatchId batch) {
  const auto rows = tx.execute(sql::find_batch, {batch});
  if (rows.empty()) return fail(ErrorCode::NotFound, fmt::format("batch {} does not exist", batch.value));
  const auto row = rows[0];
  json::object counts;
  for (const auto state : kMemberStates) counts[to_string(state)] = 0;
  json::array items;
  for (const auto member : tx.execute(sql::batch_members, {batch})) {
    const auto state = member.text("state");
    counts[state] = counts[state].as_int64() + 1;
    const auto test = member.integer_or_null("test_id");
    items.push_back(json::object{{"queue_id", member.integer("queue_id")},
                                 {"errata_id", member.text("advisory_name")},
                                 {"target_os", member.text("target_os")},
                                 {"state", state},
                                 {"queue_status", member.text("status")},
                                 {"test_id", test ? json::value(*test) : json::value(nullptr)},
                                 {"reason", member.text("reason")}});
  }
  const auto completed = row.time_or_null("completed_at");
  return json::object{{"batch_id", batch.value},
                      {"status", row.text("status")},
                      {"stop_on_failure", row.boolean("stop_on_failure")},
                      {"bisect", row.boolean("bisect")},
                      {"sets", sets_json(tx, batch)},
                      {"created_by", row.text("created_by")},
                      {"created_at", format_time(row.time("created_at"))},
                      {"completed_at", completed ? json::value(format_time(*completed)) : json::value(nullptr)},
                      {"end_reason", row.text("end_reason")},
                      {"total", items.size()},
                      {"counts", std::move(counts)},
                      {"items", std::move(items)}};
}

Result<json::object> cancel_batch(db::Tx& tx, const BatchCancellation& order, const queue::Acting& acting) {
  const auto rows = tx.execute(sql::lock_batch, {order.batch});
  if (rows.empty()) return fail(ErrorCode::NotFound, fmt::format("batch {} does not exist", order.batch.value));
  if (rows[0].text("status") != "running") {
    return fail(ErrorCode::Conflict, fmt::format("batch {} has ended already: {}", order.batch.value, rows[0].text("status")),
                {{"batch_id", order.batch.value}, {"status", rows[0].text("status")}});
  }
  const auto why = "the batch was cancelled" + (order.reason.empty() ? std::string() : ": " + order.reason);
  (void)tx.execute(sql::cancel_waiting_members, {order.batch, why});
  if (order.abort_running) {
    for (const auto run : tx.execute(sql::runs_of_batch, {order.batch})) {
      // One that has just got its verdict and goes back ends by itself.
      const auto aborted = abort_test(tx, {TestId{run.integer("id")}, why, false}, acting);
      if (!aborted) log::info("engine", "a run of a cancelled batch is not aborted", {{"reason", aborted.error().message}});
    }
  }
  (void)tx.execute(sql::cancel_testing_members,
                   {order.batch, why + (order.abort_running ? "; its test was aborted" : "; its test goes on")});
  end_batch(tx, order.batch, "cancelled", order.reason, acting);
  return batch_json(tx, order.batch);
}

Result<json::object> batches_json(db::Tx& tx, const http::Page& page, const std::optional<json::object>& scope) {
  std::optional<std::int64_t> after;
  if (page.cursor) {
    if (page.cursor->size() != 1 || !page.cursor->front().is_int64()) return http::foreign_cursor();
    after = page.cursor->front().get_int64();
  }
  json::array items;
  std::optional<std::string> next;
  for (const auto row : tx.execute(sql::list_batches, {page.limit, page.offset, scope, after})) {
    json::object counts;
    for (const auto state : kMemberStates) counts[to_string(state)] = 0;
    std::int64_t total = 0;
    const json::value counted = row.json_value("counts");
    for (const auto& [state, count] : counted.as_object()) {
      counts[state] = count;
      total += count.as_int64();
    }
    items.push_back({{"batch_id", row.integer("id")},
                     {"status", row.text("status")},
                     {"bisect", row.boolean("bisect")},
                     {"created_by", row.text("created_by")},
                     {"created_at", format_time(row.time("created_at"))},
                     {"completed_at", or_null(row.time_or_null("completed_at"))},
                     {"total", total},
                     {"counts", std::move(counts)}});
    if (std::ssize(items) == page.limit) next = http::encode_cursor({row.integer("id")});
  }
  const auto total = tx.execute(sql::count_batches, {scope})[0].integer("total");
  return http::list_answer(std::move(items), total, page, next);
}

void continue_batches(db::Pool& pool, const Clock& clock, const Settings& settings) {
  std::vector<std::pair<BatchId, bool>> running;
  {
    db::Tx tx(pool);
    for (const auto row : tx.execute(sql::running_batches)) running.emplace_back(BatchId{row.integer("id")}, row.boolean("bisect"));
    tx.commit();
  }
  for (const auto& [batch, bisects] : running) continue_batch(pool, clock, settings, batch, bisects);
  end_orphaned_sets(pool, clock);
}

}  // namespace spm::engine
