#include "integrations/salt/commands.hpp"

#include <fmt/format.h>

#include "base/json_access.hpp"
#include "base/package_grammar.hpp"
#include "net/remote_script.hpp"

namespace spm::salt {
namespace {

using ports::BatchReport;
using ports::BatchState;

// What stands where a value did not fit into an event, also in the job cache (seen with 3007.8).
constexpr std::string_view kTrimmed = "VALUE_TRIMMED";

tl::unexpected<Error> bad_answer(const std::string& message) {
  return fail_upstream(ErrorCode::SaltError, UpstreamFailure::BadAnswer, "the Salt API answered nonsense: " + message);
}

std::int64_t script_timeout(const ports::CommandBatch& batch) {
  std::chrono::seconds total{30};
  for (const auto& command : batch.commands) total += command.timeout;
  return total.count();
}

BatchReport lost(std::string reason) { return BatchReport{BatchState::Lost, {}, std::move(reason)}; }

// With full_return and expect_minions an answer is an object that is not "no_return"; anything else means nobody answered (1.6).
const json::object* minion_answer(const json::value& returned, const std::string& minion) {
  const auto* all = returned.if_object();
  const auto* one = all == nullptr ? nullptr : all->if_contains(minion);
  const auto* object = one == nullptr ? nullptr : one->if_object();
  if (object == nullptr) return nullptr;
  const auto* out = object->if_contains("out");
  const bool is_silent = out != nullptr && out->is_string() && out->as_string() == "no_return";
  return is_silent ? nullptr : object;
}

}  // namespace

Result<BatchReport> read_return(const ports::CommandBatch& batch, const json::value& returned) {
  const auto* object = returned.if_object();
  if (object == nullptr) {
    // A string where an object is expected is the minion's error text. It may hold the minion's environment (2.2), so only its start is
    // kept.
    if (returned.is_string()) return lost("the minion could not run the script: " + std::string(returned.as_string()).substr(0, 120));
    return bad_answer("cmd.run_all returned neither an object nor a text");
  }
  const auto output = required_string(*object, "stdout", {}, {.max_bytes = 8 * 1024 * 1024, .may_hold_nul = true});
  if (!output) return bad_answer(output.error().message);
  if (*output == kTrimmed) {
    return lost(
        "its output is larger than Salt carries, and Salt kept none of it: raise max_event_size (1048576 bytes unless set) on the master "
        "and "
        "the minion, or ask for less");
  }
  auto parsed = net::parse_script_output(*output, batch.token, batch.commands.size());
  if (parsed) return BatchReport{BatchState::Done, std::move(*parsed), ""};
  if (output->find(" : Timed out after ") != std::string::npos)
    return lost(fmt::format("the script was ended after {} s", script_timeout(batch)));
  return lost("the script did not come to its end: " + parsed.error().message);
}

SaltCommands::SaltCommands(Options options, const Clock& clock, net::CallObserver observer)
    : clock_(clock), session_(std::move(options), clock, std::move(observer)) {}

Result<std::string> SaltCommands::start(const ports::CommandBatch& batch) {
  if (!is_minion_id(batch.target.minion_id)) {
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Refused,
                         fmt::format("system {} is no Salt minion: '{}'", batch.target.system.value, batch.target.minion_id));
  }
  // kwarg, never arg: a text in arg that looks like name=value is taken apart (1.5).
  const json::object chunk{
      {"client", "local_async"},
      {"fun", "cmd.run_all"},
      {"tgt", json::array{batch.target.minion_id}},
      {"tgt_type", "list"},
      {"jid", batch.token},
      {"kwarg", {{"cmd", net::compose_script(batch.commands, batch.token)}, {"python_shell", true}, {"timeout", script_timeout(batch)}}}};
  auto answer = session_.post(chunk, "cmd.run_all", net::Repeat::Never);
  if (!answer) return tl::unexpected<Error>(answer.error());
  const auto object = as_object(*answer);
  if (!object) return bad_answer(object.error().message);
  if ((*object)->empty()) {
    return fail_upstream(ErrorCode::SaltError, UpstreamFailure::Refused,
                         fmt::format("the Salt master knows no minion '{}'", batch.target.minion_id));
  }
  const auto jid = required_string(**object, "jid", {}, {.max_bytes = 64, .may_be_empty = false});
  if (!jid) return bad_answer(jid.error().message);
  if (*jid != batch.token) return bad_answer(fmt::format("job id {} instead of the chosen {}", *jid, batch.token));
  return *jid;
}

Result<std::optional<std::string>> SaltCommands::find(const ports::CommandBatch& batch) {
  auto body = session_.get("/jobs/" + batch.token, "jobs");
  if (!body) return tl::unexpected<Error>(body.error());
  const auto root = as_object(*body);
  if (!root) return bad_answer(root.error().message);
  const auto info = required_array(**root, "info");
  if (!info) return bad_answer(info.error().message);
  if ((*info)->empty() || !(**info)[0].is_object()) return bad_answer("a job without info");
  // An unknown job is a 200 with an Error member.
  if ((**info)[0].as_object().contains("Error")) return std::optional<std::string>();
  return std::optional(batch.token);
}

Result<std::optional<json::value>> SaltCommands::returned(const ports::CommandBatch& batch, const std::string& jid) {
  auto body = session_.get("/jobs/" + jid, "jobs");
  if (!body) return tl::unexpected<Error>(body.error());
  const auto root = as_object(*body);
  if (!root) return bad_answer(root.error().message);
  const auto info = required_array(**root, "info");
  if (!info) return bad_answer(info.error().message);
  if ((*info)->empty() || !(**info)[0].is_object()) return bad_answer("a job without info");
  const auto results = optional_object((**info)[0].as_object(), "Result");
  if (!results) return bad_answer(results.error().message);
  const auto* mine = *results == nullptr ? nullptr : (*results)->if_contains(batch.target.minion_id);
  if (mine == nullptr) return std::optional<json::value>();
  const auto* value = mine->is_object() ? mine->as_object().if_contains("return") : nullptr;
  if (value == nullptr) return bad_answer("a job result without a return");
  return std::optional(*value);
}

Result<json::value> SaltCommands::ask_minion(const std::string& minion, const std::string& function, json::array arguments) {
  return session_.post({{"client", "local"},
                        {"fun", function},
                        {"tgt", json::array{minion}},
                        {"tgt_type", "list"},
                        {"arg", std::move(arguments)},
                        {"timeout", 3},
                        {"gather_job_timeout", 3},
                        {"full_return", true},
                        {"expect_minions", true}},
                       function, net::Repeat::Never);
}

Result<BatchReport> SaltCommands::report(const ports::CommandBatch& batch, const std::string& handle) {
  auto value = returned(batch, handle);
  if (!value) return tl::unexpected<Error>(value.error());
  if (*value) return read_return(batch, **value);
  return clock_.now() - batch.intended_at < session_.options().look_for_lost_after ? Result<BatchReport>(BatchReport{})
                                                                                   : look_for_lost(batch, handle);
}

// Not returned, not running, and the minion answers: the job was lost (1.6). Asked in this order, so that a return on its way is not
// missed.
Result<BatchReport> SaltCommands::look_for_lost(const ports::CommandBatch& batch, const std::string& jid) {
  const auto& minion = batch.target.minion_id;
  const bool is_old = clock_.now() - batch.intended_at >= session_.options().give_up_silent_after;
  auto running = ask_minion(minion, "saltutil.find_job", {jid});
  if (!running) return tl::unexpected<Error>(running.error());
  const auto* found = minion_answer(*running, minion);
  if (found == nullptr) return is_old ? lost("the minion is down or could not be contacted") : BatchReport{};
  const auto* job = found->if_contains("ret");
  if (job == nullptr || !job->is_object()) return bad_answer("saltutil.find_job returned no object");
  if (!job->as_object().empty()) return BatchReport{};

  auto ping = ask_minion(minion, "test.ping", {});
  if (!ping) return tl::unexpected<Error>(ping.error());
  if (minion_answer(*ping, minion) == nullptr) return BatchReport{};
  auto value = returned(batch, jid);
  if (!value) return tl::unexpected<Error>(value.error());
  if (*value) return read_return(batch, **value);
  return lost("the minion answers, but does not know the job: it was sent while the minion was away, or the minion restarted");
}

Result<ports::ProbeReport> SaltCommands::probe() {
  if (auto there = session_.hello(); !there) return tl::unexpected<Error>(there.error());
  if (auto login = session_.ensure_login(); !login) return tl::unexpected<Error>(login.error());
  // Nobody answers to this name, so nothing runs; a client kind that is not enabled is refused with the reason (1.5).
  auto enabled =
      session_.post({{"client", "local_async"}, {"fun", "test.ping"}, {"tgt", json::array{"spm-orchestrator-probe"}}, {"tgt_type", "list"}},
                    "probe", net::Repeat::Probe);
  if (!enabled) return tl::unexpected<Error>(enabled.error());
  return ports::ProbeReport{};
}

}  // namespace spm::salt
