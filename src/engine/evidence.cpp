#include "engine/evidence.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/canonical_json.hpp"
#include "base/digest.hpp"
#include "base/json_write.hpp"
#include "engine/engine_sql.hpp"
#include "engine/packages.hpp"

namespace spm::engine {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

json::value bounded_value(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr) return nullptr;
  if (!value->is_string()) return *value;
  const auto& text = value->get_string();
  return json::value(bounded({text.data(), text.size()}));
}

json::array commands_of(const OperationRow& row) {
  json::array commands;
  const auto* outputs = row.result.if_contains("outputs");
  const auto* asked = row.request.if_contains("commands");
  if (asked == nullptr) return commands;
  for (std::size_t i = 0; i < asked->as_array().size(); ++i) {
    json::object command = asked->as_array()[i].as_object();
    command["exit"] = nullptr;
    command["output"] = nullptr;
    if (outputs != nullptr && i < outputs->as_array().size()) {
      const auto& output = outputs->as_array()[i].as_object();
      command["exit"] = output.at("exit");
      command["output"] = bounded_value(output, "output");
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

json::object operation_json(const OperationRow& row) {
  json::object shown{{"name", row.name},
                     {"kind", row.kind},
                     {"state", row.state},
                     {"token", row.token},
                     {"upstream_id", row.upstream_id ? json::value(*row.upstream_id) : json::value(nullptr)},
                     {"intended_at", format_time(row.intended_at)},
                     {"finished_at", row.finished_at ? json::value(format_time(*row.finished_at)) : json::value(nullptr)}};
  if (row.kind == "commands")
    shown["commands"] = commands_of(row);
  else
    shown["request"] = row.request;
  for (const char* key : {"message", "reason"}) {
    if (row.result.contains(key)) shown[key] = bounded_value(row.result, key);
  }
  return shown;
}

OperationRow operation_in(const db::Row& row) {
  OperationRow operation;
  operation.name = row.text("name");
  operation.kind = row.text("kind");
  operation.state = row.text("state");
  operation.token = row.text("token");
  operation.upstream_id = row.text_or_null("upstream_id");
  operation.request = row.json_value("request").as_object();
  if (!row.is_null("result")) operation.result = row.json_value("result").as_object();
  operation.intended_at = row.time("intended_at");
  operation.finished_at = row.time_or_null("finished_at");
  return operation;
}

json::array phases_of(db::Tx& tx, TestId test) {
  json::array phases;
  for (const auto row : tx.execute(sql::phase_documents, {test})) phases.push_back(phase_document(row));
  return phases;
}

}  // namespace

std::string bounded(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return std::string(text);
  auto head = bytes * 3 / 4;
  while (head > 0 && is_continuation(text[head])) --head;
  auto tail = text.size() - (bytes - bytes * 3 / 4);
  while (tail < text.size() && is_continuation(text[tail])) ++tail;
  return fmt::format("{}\n[… {} bytes cut …]\n{}", text.substr(0, head), tail - head, text.substr(tail));
}

json::object operations_evidence(const std::vector<OperationRow>& operations) {
  const auto left_out = operations.size() > kMostOperationsKept ? operations.size() - kMostOperationsKept : 0;
  const auto first_left_out = kMostOperationsKept / 3;  // the last ones tell more than the first
  json::array shown;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (i >= first_left_out && i < first_left_out + left_out) continue;
    shown.push_back(operation_json(operations[i]));
  }
  return {{"operations", std::move(shown)}, {"operations_left_out", left_out}};
}

json::object operations_evidence(db::Tx& tx, const Run& run) {
  std::vector<OperationRow> operations;
  for (const auto row : tx.execute(sql::operations_of_phase, {run.id, to_string(run.phase), run.attempt}))
    operations.push_back(operation_in(row));
  return operations_evidence(operations);
}

json::object phase_document(const db::Row& row) {
  const auto completed_at = row.time_or_null("completed_at");
  return {{"phase", row.text("phase")},
          {"attempt", row.integer("attempt")},
          {"status", row.text("status")},
          {"started_at", format_time(row.time("started_at"))},
          {"completed_at", completed_at ? json::value(format_time(*completed_at)) : json::value(nullptr)},
          {"detail", row.text("detail")},
          {"evidence", row.json_value("evidence")}};
}

std::string evidence_hash(const json::value& manifest, const json::array& phases) {
  return sha256_hex(canonical_json(json::object{{"manifest", manifest}, {"phases", phases}}));
}

void seal(db::Tx& tx, const Run& run, bool has_passed, Time now) {
  const auto phases = phases_of(tx, run.id);
  const auto missing = not_tested(run, phases);
  json::value manifest = nullptr;
  if (has_passed) manifest = manifest_of(run, phases, missing, now);
  // The hash is over what the database gives back, which writes numbers in its own way.
  const auto stored = tx.execute(sql::as_stored, {manifest})[0].json_value("value");
  (void)tx.execute(sql::insert_evidence, {run.id, stored, json::value(missing), evidence_hash(stored, phases), now});
  (void)tx.execute(sql::drop_outputs, {run.id});
}

Result<json::object> evidence_json(db::Tx& tx, TestId test) {
  const auto rows = tx.execute(sql::find_test, {test});
  if (rows.empty()) return fail(ErrorCode::NotFound, fmt::format("test {} does not exist", test.value));
  const auto run = rows[0];
  const auto completed_at = run.time_or_null("completed_at");
  json::object body{{"test_id", test.value},
                    {"queue_id", run.integer("queue_id")},
                    {"errata_id", run.text("advisory_name")},
                    {"status", run.text("status")},
                    {"started_by", run.text("started_by")},
                    {"started_at", format_time(run.time("started_at"))},
                    {"completed_at", completed_at ? json::value(format_time(*completed_at)) : json::value(nullptr)},
                    {"manifest", nullptr},
                    {"not_tested", json::array{}},
                    {"evidence_hash", nullptr},
                    {"evidence_removed_at", or_null(run.time_or_null("evidence_removed_at"))},
                    {"hash_matches", nullptr},
                    {"phases", phases_of(tx, test)}};
  const auto sealed = tx.execute(sql::find_evidence, {test});
  if (sealed.empty()) return body;
  body["manifest"] = sealed[0].json_value("manifest");
  body["not_tested"] = sealed[0].json_value("not_tested");
  body["evidence_hash"] = sealed[0].text("hash");
  if (!run.is_null("evidence_removed_at")) return body;  // what the hash is over is not there any more
  body["hash_matches"] = evidence_hash(body["manifest"], body["phases"].as_array()) == sealed[0].text("hash");
  return body;
}

}  // namespace spm::engine
