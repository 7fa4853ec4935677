#include "integrations/uyuni/script_commands.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <charconv>

#include "integrations/uyuni/action_systems.hpp"
#include "integrations/uyuni/events.hpp"
#include "integrations/uyuni/faults.hpp"
#include "integrations/uyuni/fields.hpp"
#include "net/remote_script.hpp"

namespace spm::uyuni {
namespace {

using net::Repeat;
using ports::BatchReport;
using ports::BatchState;

// UYUNI kills the whole script after this; it must leave each command its own time.
constexpr std::chrono::seconds kMargin{60};
constexpr std::size_t kMaxCandidates = 20;

std::string label_of(const std::string& token) { return "SPM Orchestrator " + token; }

std::int64_t whole_timeout(const ports::CommandBatch& batch) {
  std::chrono::seconds sum = kMargin;
  for (const ports::Command& command : batch.commands) sum += command.timeout;
  return sum.count();
}

std::optional<ActionId> action_of(const std::string& handle) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(handle.data(), handle.data() + handle.size(), id);
  if (error != std::errc{} || end != handle.data() + handle.size() || id <= 0) return std::nullopt;
  return ActionId{id};
}

Result<std::string> decoded(const std::string& base64) {
  std::string bytes(base64.size(), '\0');
  std::size_t length = 0;
  const int failed = sodium_base642bin(static_cast<unsigned char*>(static_cast<void*>(bytes.data())), bytes.size(), base64.data(),
                                       base64.size(), " \r\n", &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
  if (failed != 0) return bad_answer("system.getScriptResults", "an output is marked as base64 and is not");
  bytes.resize(length);
  return bytes;
}

BatchReport lost(std::string reason) { return BatchReport{BatchState::Lost, {}, std::move(reason)}; }

}  // namespace

Result<std::string> UyuniCommands::start(const ports::CommandBatch& batch) {
  const std::string method = "system.scheduleScriptRun";
  const auto answer = client_.call(method,
                                   {label_of(batch.token), batch.target.system.value, "root", "root", whole_timeout(batch),
                                    net::compose_script(batch.commands, batch.token), client_.schedule_time(client_.clock().now())},
                                   Repeat::Never);
  if (!answer) return tl::unexpected<Error>(answer.error());
  auto id = as_id(*answer, method);
  if (id) return std::to_string(*id);
  id.error().upstream = UpstreamFailure::OutcomeUnknown;
  return tl::unexpected<Error>(std::move(id.error()));
}

Result<std::optional<std::string>> UyuniCommands::find(const ports::CommandBatch& batch) {
  const auto events = own_events(client_, batch.target.system, kScriptRun, batch.intended_at);
  if (!events) return tl::unexpected<Error>(events.error());
  for (const SystemEvent& event : *events) {
    if (event.name.find(batch.token) != std::string::npos) return std::optional(std::to_string(event.id.value));
  }
  // A server that does not put the label into the action's name still has the script, which carries the token in its markers.
  for (std::size_t i = 0; i < std::min(events->size(), kMaxCandidates); ++i) {
    const ActionId action = (*events)[i].id;
    if ((*events)[i].name.starts_with(label_of(""))) continue;  // labelled with another batch's token
    const auto ours = is_script_of(action, batch.token);
    if (!ours) return tl::unexpected<Error>(ours.error());
    if (*ours) return std::optional(std::to_string(action.value));
  }
  return std::optional<std::string>();
}

Result<bool> UyuniCommands::is_script_of(ActionId action, const std::string& token) {
  const std::string method = "system.getScriptActionDetails";
  const auto answer = client_.call(method, {action.value}, Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto members = as_struct(*answer, method);
  if (!members) return tl::unexpected<Error>(members.error());
  return text_of(**members, "content", 1024 * 1024).find(fmt::format("@@spm:{}:", token)) != std::string::npos;
}

Result<BatchReport> UyuniCommands::report(const ports::CommandBatch& batch, const std::string& handle) {
  const auto action = action_of(handle);
  if (!action) return fail(ErrorCode::InternalError, fmt::format("'{}' is not an action of UYUNI", handle.substr(0, 40)));
  auto output = output_of(batch.target.system, *action);
  if (!output) return tl::unexpected<Error>(output.error());
  if (!*output) {
    auto where = find_in_action(client_, batch.target.system, *action);
    if (!where) return tl::unexpected<Error>(where.error());
    if (where->place == ActionPlace::InProgress) return BatchReport{};
    if (where->place == ActionPlace::None) return lost("the script was cancelled in UYUNI");
    // It may have ended between the two questions.
    output = output_of(batch.target.system, *action);
    if (!output) return tl::unexpected<Error>(output.error());
    if (!*output) return lost(where->message.empty() ? "UYUNI has no output of the script and gives no reason" : std::move(where->message));
  }
  auto outputs = net::parse_script_output(**output, batch.token, batch.commands.size());
  if (!outputs) return lost(std::move(outputs.error().message));  // it is final: asking again would bring the same
  return BatchReport{BatchState::Done, std::move(*outputs), {}};
}

Result<std::optional<std::string>> UyuniCommands::output_of(SystemId system, ActionId action) {
  const std::string method = "system.getScriptResults";
  const auto answer = client_.call(method, {action.value}, Repeat::Safe);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto list = as_list(*answer, method);
  if (!list) return tl::unexpected<Error>(list.error());
  for (const xmlrpc::Value& entry : **list) {
    const xmlrpc::Struct* members = entry.structure();
    if (members == nullptr) return bad_answer(method, "an entry is not a struct");
    if (integer_of(*members, "serverId") != system.value) continue;
    std::string text = text_of(*members, "output", 16 * 1024 * 1024);
    if (!flag_of(*members, "output_enc64")) return std::optional(std::move(text));
    auto bytes = decoded(text);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    return std::optional(std::move(*bytes));
  }
  return std::optional<std::string>();
}

}  // namespace spm::uyuni
