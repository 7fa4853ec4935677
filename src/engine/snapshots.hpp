#pragma once
// The life of snapshots after their test: kept until the decision has aged, then deleted. Looks before it deletes: a snapshot that is not
// ours is never touched, and one counts as deleted only when the system does not list it any more.
//
// Called by the periodic job of snapshot_tasks(), on its thread. Each call moves every row by at most one step and waits for nothing.

#include "db/db.hpp"
#include "engine/run.hpp"
#include "engine/settings.hpp"
#include "ports/commands.hpp"

namespace spm::engine {

// A snapshot that a run made, in the transaction that ends the phase; `facts` are those of its step. Nothing happens without a snapshot_id.
void record_snapshot(db::Tx& tx, const Run& run, const json::object& facts, Time now);

void forget_snapshots(db::Pool& pool, const Clock& clock, const Settings& settings, ports::Commands& commands);

// The API's word on the snapshot of a test: {"id", "type", "created_at", "size_mb", "status"}; nullopt: none was made.
[[nodiscard]] std::optional<json::object> snapshot_json(db::Tx& tx, TestId test);

}  // namespace spm::engine
