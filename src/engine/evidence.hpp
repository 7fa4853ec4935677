#pragma once
// What a run can be held to: the operations of each phase in a bounded form, the manifest of what was tested, what was not, and the hash
// over all of it. The functions above seal() are pure; seal() is called by finish() in its transaction, read_evidence() by the API.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "db/db.hpp"
#include "engine/run.hpp"

namespace spm::engine {

inline constexpr std::size_t kMostOutputKept = 4096;    // bytes of each command's output, and of each text of an upstream
inline constexpr std::size_t kMostOperationsKept = 60;  // of a phase; a wait of an hour can take hundreds of looks

// The beginning and the end of a long text with "[… 12345 bytes cut …]" between them; never in the middle of a character.
[[nodiscard]] std::string bounded(std::string_view text, std::size_t bytes = kMostOutputKept);

// One row of patch_test_operations, as it stands in the database.
struct OperationRow {
  std::string name;
  std::string kind;
  std::string state;
  std::string token;
  std::optional<std::string> upstream_id;
  json::object request;
  json::object result;
  Time intended_at;
  std::optional<Time> finished_at;
};

// {"operations": […], "operations_left_out": n}: commands with their exit codes and outputs, actions with what was said of them.
[[nodiscard]] json::object operations_evidence(const std::vector<OperationRow>& operations);

// Of the phase's present attempt, from the database.
[[nodiscard]] json::object operations_evidence(db::Tx& tx, const Run& run);

// One phase of an ended run, as the API shows it and the hash covers it.
[[nodiscard]] json::object phase_document(const db::Row& row);

// In words, from the phases' documents: what a reader must not believe was tested.
[[nodiscard]] json::array not_tested(const Run& run, const json::array& phases);
// What exactly was tested. Only for a run that passed.
[[nodiscard]] json::object manifest_of(const Run& run, const json::array& phases, const json::array& not_tested, Time completed_at);

// SHA-256 over the canonical JSON of {"manifest", "phases"}.
[[nodiscard]] std::string evidence_hash(const json::value& manifest, const json::array& phases);

// Seals what the run recorded. Its phases have all been closed in this transaction or before.
void seal(db::Tx& tx, const Run& run, bool has_passed, Time now);

// The body of GET /test/{id}/evidence. NotFound.
[[nodiscard]] Result<json::object> evidence_json(db::Tx& tx, TestId test);

}  // namespace spm::engine
