// The client kinds of a lowstate chunk: local, local_async and runner (salt-and-prometheus 1.5, 1.6).
#include <fmt/format.h>

#include <algorithm>

#include "sandbox/salt/endpoint.hpp"
#include "sandbox/salt/job_views.hpp"
#include "sandbox/salt/pages.hpp"

namespace spm::sandbox::salt {
namespace {

constexpr double kDefaultTimeout = 5;
constexpr double kDefaultGather = 10;

bool flag(const json::object& chunk, std::string_view name) {
  const auto* value = chunk.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

double number(const json::object& chunk, std::string_view name, double otherwise) {
  const auto* value = chunk.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : otherwise;
}

json::array to_array(const std::vector<std::string>& texts) {
  json::array list;
  for (const auto& text : texts) list.emplace_back(text);
  return list;
}

FunctionCall read_call(const json::object& chunk) {
  FunctionCall call{std::string(chunk.at("fun").get_string()), {}, {}};
  if (const auto* arguments = chunk.if_contains("arg")) {
    if (arguments->is_array())
      call.arguments = arguments->get_array();
    else
      call.arguments.push_back(*arguments);
  }
  if (const auto* keywords = chunk.if_contains("kwarg"); keywords != nullptr && keywords->is_object())
    call.keywords = keywords->get_object();
  return call;
}

json::array stored_arguments(const FunctionCall& call) {
  json::array arguments = call.arguments;
  if (!call.keywords.empty()) {
    json::object keywords = call.keywords;
    keywords["__kwarg__"] = true;
    arguments.push_back(std::move(keywords));
  }
  return arguments;
}

json::value no_answer_text(const std::string& jid) {
  return json::value(fmt::format(
      "Minion did not return. [No response]\nThe minions may not have all finished running and any remaining minions will return upon "
      "completion. To look up the return data for this job later, run the following command:\n\nsalt-run jobs.lookup_jid {}",
      jid));
}

json::value no_answer(const std::string& jid, bool full) {
  if (!full) return no_answer_text(jid);
  return json::object{{"out", "no_return"}, {"ret", no_answer_text(jid)}, {"retcode", 1}};
}

}  // namespace

json::value Endpoint::run_local(const json::object& chunk, const Session& session, const Simulation::View& view,
                                std::chrono::microseconds& delay) {
  const auto targets = find_targets(view.world, chunk);
  const bool async = chunk.at("client").get_string() == "local_async";
  if (targets.minions.empty() && targets.unknown.empty()) return json::object{};
  const auto call = read_call(chunk);
  Job job;
  const auto* own = chunk.if_contains("jid");
  job.jid = own != nullptr && own->is_string() ? std::string(own->get_string()) : view.jobs.new_jid();
  job.function = call.function;
  job.arguments = stored_arguments(call);
  job.target = chunk.at("tgt");
  job.target_type =
      chunk.contains("tgt_type") && chunk.at("tgt_type").is_string() ? std::string(chunk.at("tgt_type").get_string()) : "glob";
  job.user = session.user;
  job.minions = targets.minions;
  job.minions.insert(job.minions.end(), targets.unknown.begin(), targets.unknown.end());
  if (async && targets.minions.empty()) return json::object{};
  const Job& published = view.jobs.publish(job, call);
  if (async) return json::object{{"jid", job.jid}, {"minions", to_array(targets.minions)}};

  const bool full = flag(chunk, "full_return");
  const bool expect = flag(chunk, "expect_minions") || flag(chunk, "show_timeout");
  json::object answers;
  for (const auto& minion : job.minions) {
    const auto result = published.results.find(minion);
    if (result == published.results.end() || result->second.lost) {
      const bool unknown = view.world.host_by_minion(minion) == nullptr;
      answers[minion] = unknown || expect ? no_answer(job.jid, full) : json::value(false);
      delay = std::max(delay, view.world.scaled(Seconds(number(chunk, "timeout", kDefaultTimeout) +
                                                        number(chunk, "gather_job_timeout", kDefaultGather) + 0.2)));
      continue;
    }
    auto value = call.function == "saltutil.find_job" ? find_job(view, minion, call.arguments.empty() ? json::value() : call.arguments[0])
                                                      : result->second.value;
    const int retcode = call.function == "saltutil.find_job" ? 0 : result->second.retcode;
    if (full)
      answers[minion] = json::object{{"ret", std::move(value)}, {"retcode", retcode}, {"jid", job.jid}};
    else
      answers[minion] = std::move(value);
    delay = std::max(delay, std::chrono::duration_cast<std::chrono::microseconds>(result->second.returns_at - view.world.now()));
  }
  return answers;
}

std::variant<json::value, http::Reply> Endpoint::run_runner(const json::object& chunk, const Simulation::View& view) {
  const auto call = chunk.if_contains("fun") != nullptr && chunk.at("fun").is_string() ? read_call(chunk) : FunctionCall{};
  const auto argument = [&](std::string_view name) -> json::value {
    if (const auto* value = call.keywords.if_contains(name)) return *value;
    if (const auto* value = chunk.if_contains(name)) return *value;
    return name == "jid" && !call.arguments.empty() ? call.arguments[0] : json::value();
  };
  if (call.function == "jobs.active") return active_jobs(view);
  if (call.function == "jobs.lookup_jid" || call.function == "jobs.list_job") {
    const auto jid = argument("jid");
    if (!jid.is_string())
      return json::value(
          fmt::format("\nPassed invalid arguments: {}() missing 1 required positional argument: 'jid'", call.function.substr(5)));
    if (call.function == "jobs.list_job") return describe_job(view, std::string(jid.get_string())).at("info").at(0);
    const auto missing = argument("missing");
    return lookup_jid(view, std::string(jid.get_string()), missing.is_bool() && missing.get_bool());
  }
  if (call.function == "manage.up" || call.function == "manage.down") {
    json::array minions;
    for (const auto& host : view.world.hosts()) {
      if (host->online == (call.function == "manage.up")) minions.emplace_back(host->minion_id);
    }
    return minions;
  }
  return unexpected_error();  // a runner that does not exist
}

}  // namespace spm::sandbox::salt
