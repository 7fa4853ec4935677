#include "sandbox/salt/job_views.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

namespace spm::sandbox::salt {
namespace {

std::string start_time(const std::string& jid) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const bool dated = jid.size() == 20 && std::all_of(jid.begin(), jid.end(), [](char c) { return c >= '0' && c <= '9'; });
  const int month = dated ? std::stoi(jid.substr(4, 2)) : 0;
  if (month < 1 || month > 12) return "";
  return fmt::format("{}, {} {} {}:{}:{}.{}", jid.substr(0, 4), kMonths[month - 1], jid.substr(6, 2), jid.substr(8, 2), jid.substr(10, 2),
                     jid.substr(12, 2), jid.substr(14, 6));
}

json::object job_header(const Job& job) {
  json::array minions;
  for (const auto& minion : job.minions) minions.emplace_back(minion);
  return {{"jid", job.jid},       {"Function", job.function},        {"Arguments", job.arguments},
          {"Target", job.target}, {"Target-type", job.target_type},  {"User", job.user},
          {"Minions", minions},   {"StartTime", start_time(job.jid)}};
}

std::vector<std::string> split_list(const json::value& target) {
  std::vector<std::string> ids;
  if (const auto* list = target.if_array()) {
    for (const auto& item : *list) {
      if (item.is_string()) ids.emplace_back(item.get_string());
    }
  } else if (const auto* text = target.if_string()) {
    for (std::size_t begin = 0; begin <= text->size();) {
      const auto end = std::min(text->find(',', begin), text->size());
      ids.emplace_back(text->subview(begin, end - begin));
      begin = end + 1;
    }
  }
  return ids;
}

}  // namespace

json::value describe_job(const Simulation::View& view, const std::string& jid) {
  const auto* job = view.jobs.find(jid);
  if (job == nullptr) {
    json::object info{{"jid", jid},
                      {"Function", "unknown-function"},
                      {"Arguments", json::array{}},
                      {"Target", "unknown-target"},
                      {"Target-type", ""},
                      {"User", "root"},
                      {"Minions", json::array{}},
                      {"StartTime", start_time(jid)},
                      {"Error", "Cannot contact returner or no job with this jid"},
                      {"Result", json::object{}}};
    return {{"info", {std::move(info)}}, {"return", {json::object{}}}};
  }
  json::object results;
  json::object returns;
  for (const auto& [minion, result] : job->results) {
    if (!view.jobs.has_returned(result)) continue;
    results[minion] = json::object{{"return", result.value}, {"retcode", result.retcode}, {"success", result.retcode == 0}};
    returns[minion] = result.value;
  }
  auto info = job_header(*job);
  info["Result"] = std::move(results);
  return {{"info", json::array{std::move(info)}}, {"return", json::array{std::move(returns)}}};
}

json::value lookup_jid(const Simulation::View& view, const std::string& jid, bool missing) {
  json::object returns;
  const auto* job = view.jobs.find(jid);
  if (job == nullptr) return returns;
  for (const auto& minion : job->minions) {
    const auto result = job->results.find(minion);
    if (result != job->results.end() && view.jobs.has_returned(result->second))
      returns[minion] = result->second.value;
    else if (missing)
      returns[minion] = "Minion did not return";
  }
  return returns;
}

json::value active_jobs(const Simulation::View& view) {
  json::object active;
  for (const auto& [jid, job] : view.jobs.all()) {
    json::array running;
    json::array returned;
    for (const auto& [minion, result] : job.results) {
      if (view.jobs.is_running(result))
        running.push_back(json::object{{minion, result.pid}});
      else if (view.jobs.has_returned(result))
        returned.emplace_back(minion);
    }
    if (running.empty()) continue;
    auto entry = job_header(job);
    entry["Running"] = std::move(running);
    entry["Returned"] = std::move(returned);
    active[jid] = std::move(entry);
  }
  return active;
}

Targets find_targets(const World& world, const json::object& chunk) {
  Targets targets;
  const auto& target = chunk.at("tgt");
  const auto* type_value = chunk.if_contains("tgt_type");
  const std::string type = type_value != nullptr && type_value->is_string() ? std::string(type_value->get_string()) : "glob";
  if (type == "list") {
    for (const auto& id : split_list(target)) (world.host_by_minion(id) == nullptr ? targets.unknown : targets.minions).push_back(id);
  } else if (type == "glob" && target.is_string()) {
    const std::string pattern(target.get_string());
    for (const auto& host : world.hosts()) {
      if (fnmatch(pattern.c_str(), host->minion_id.c_str(), 0) == 0) targets.minions.push_back(host->minion_id);
    }
  }
  return targets;  // an unknown kind of target matches nothing, and is no error
}

json::value find_job(const Simulation::View& view, const std::string& minion, const json::value& jid) {
  const auto* text = jid.if_string();  // an integer never matches
  const auto* job = text == nullptr ? nullptr : view.jobs.find(std::string(*text));
  const auto result = job == nullptr ? std::map<std::string, MinionResult>::const_iterator{} : job->results.find(minion);
  if (job == nullptr || result == job->results.end() || !view.jobs.is_running(result->second)) return json::object{};
  return json::object{{"jid", job->jid},
                      {"fun", job->function},
                      {"arg", job->arguments},
                      {"tgt", job->target},
                      {"tgt_type", job->target_type},
                      {"user", job->user},
                      {"pid", result->second.pid},
                      {"ret", ""}};
}

}  // namespace spm::sandbox::salt
