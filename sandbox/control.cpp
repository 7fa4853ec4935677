#include "sandbox/control.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/signature.hpp"
#include "net/http_client.hpp"
#include "sandbox/packages.hpp"
#include "sandbox/power.hpp"
#include "sandbox/scenario_fields.hpp"

namespace spm::sandbox {
namespace {

http::Reply json_reply(int status, const json::value& body) {
  http::Reply reply;
  reply.response = http::json_response(status, body);
  return reply;
}

http::Reply done() { return json_reply(200, {{"ok", true}}); }
http::Reply refuse(int status, const std::string& why) { return json_reply(status, {{"error", why}}); }

Target read_target(Fields& fields) {
  const auto target = parse_target(fields.one_of("target", {"uyuni", "salt", "spm_sync", "exporter"}));
  return target.value();
}

double read_rate(Fields& fields, std::string_view name) {
  const double rate = fields.number(name, 0);
  if (rate < 0 || rate > 1) fields.wrong(name, "must be 0..1");
  return rate;
}

http::Reply set_faults(Sandbox& sandbox, Fields fields) {
  const auto target = read_target(fields);
  FaultPlan plan;
  plan.latency = std::chrono::milliseconds(fields.integer("latency_ms", 0));
  plan.error_rate = read_rate(fields, "error_rate");
  plan.drop_rate = read_rate(fields, "drop_rate");
  plan.truncate_rate = read_rate(fields, "truncate_rate");
  plan.duplicate_rate = read_rate(fields, "duplicate_rate");
  plan.huge = fields.flag("huge", false);
  plan.never_end = fields.flag("never_end", false);
  plan.wrong_type = fields.flag("wrong_type", false);
  plan.hang = fields.flag("hang", false);
  plan.seed = static_cast<std::uint64_t>(fields.integer("seed", 1));
  fields.finish();
  sandbox.faults(target).set(plan);
  return done();
}

http::Reply clear_faults(Sandbox& sandbox) {
  for (const auto target : {Target::Uyuni, Target::Salt, Target::SpmSync, Target::Exporter}) sandbox.faults(target).clear();
  return done();
}

http::Reply set_listener(Sandbox& sandbox, Fields fields) {
  const auto target = read_target(fields);
  const bool up = fields.flag("up", true);
  fields.finish();
  if (const auto result = sandbox.set_listening(target, up); !result) return refuse(409, result.error().message);
  return done();
}

http::Reply drop_sessions(Sandbox& sandbox, Fields fields) {
  const auto target = read_target(fields);
  if (!fields.flag("drop", false)) fields.wrong("drop", "must be true");
  fields.finish();
  sandbox.drop_sessions(target);
  return done();
}

http::Reply set_actions(Sandbox& sandbox, Fields fields) {
  sandbox.simulation().with([&](const Simulation::View& view) {
    auto troubles = view.actions.troubles;
    int lose_salt = view.jobs.lose_results;
    if (fields.has("lose_results")) troubles.lose_results = static_cast<int>(fields.integer("lose_results"));
    if (fields.has("lose_salt_results")) lose_salt = static_cast<int>(fields.integer("lose_salt_results"));
    if (fields.has("delay_seconds")) troubles.delay = Seconds(fields.number("delay_seconds"));
    troubles.taskomatic_up = fields.flag("taskomatic_up", troubles.taskomatic_up);
    fields.finish();
    view.actions.troubles = troubles;
    view.jobs.lose_results = lose_salt;
  });
  return done();
}

http::Reply set_spm_sync(SpmSync& spm_sync, Fields fields) {
  const bool has_generation = fields.has("generation");
  const auto generation = fields.integer("generation", 2);
  if (generation != 2 && generation != 3) fields.wrong("generation", "must be 2 or 3");
  const bool has_offset = fields.has("honour_offset");
  const bool honour = fields.flag("honour_offset", false);
  fields.finish();
  if (has_generation) spm_sync.set_generation(static_cast<int>(generation));
  if (has_offset) spm_sync.set_honour_offset(honour);
  return done();
}

// Sends what SPM-SYNC sends to the orchestrator's webhook, signed; answers what came back.
http::Reply notify(Fields fields) {
  const auto url = fields.text("url");
  const auto secret = fields.text("secret");
  const auto count = fields.integer("count", 1);
  fields.finish();
  const auto now = std::chrono::floor<std::chrono::seconds>(SystemClock().now()).time_since_epoch().count();
  const auto timestamp = std::to_string(now);
  net::HttpRequest request;
  request.method = "POST";
  request.url = url;
  request.body = json::serialize(json::object{{"event", "new_errata"}, {"count", count}});
  request.headers = {{"Content-Type", "application/json"},
                     {"X-SPM-Timestamp", timestamp},
                     {"X-SPM-Signature", "sha256=" + hmac_sha256_hex(secret, timestamp + *request.body)}};
  const auto answer = net::HttpClient({}).send(request, ErrorCode::ServiceUnavailable);
  if (!answer) return refuse(502, answer.error().message);
  return json_reply(200, {{"status", answer->status}, {"body", answer->body}});
}

void break_unit(Host& host, const std::string& name) {
  auto& unit = host.units.at(name);
  unit.state = UnitState::Failed;
  unit.pid = 0;
}

std::string read_unit(Fields& fields, std::string_view field, const Host& host) {
  auto name = fields.text(field, "");
  if (!name.empty() && name.find('.') == std::string::npos) name += ".service";
  if (!name.empty() && !host.units.contains(name)) fields.wrong(field, fmt::format("{} has no unit {}", host.spec.name, name));
  return name;
}

void change_host(World& world, Host& host, Fields fields) {
  const auto broken = read_unit(fields, "break_service", host);
  const auto restarted = read_unit(fields, "restart_service", host);
  const double cpu = fields.number("cpu_percent", host.spec.cpu_percent);
  const double memory = fields.number("memory_percent", host.spec.memory_percent);
  const auto free_mb = fields.integer("free_mb", host.free_mb);
  const double lock_seconds = fields.number("lock_packages_seconds", 0);
  const bool online = fields.flag("online", host.online);
  const bool reboot = fields.flag("reboot", false);
  fields.finish();
  if (!broken.empty()) break_unit(host, broken);
  if (!restarted.empty()) restart_unit(host, restarted);
  host.spec.cpu_percent = cpu;
  host.spec.memory_percent = memory;
  host.cpu.set_level(world.now(), host.cpu_level());
  host.free_mb = static_cast<int>(free_mb);
  if (lock_seconds > 0) host.package_lock_until = world.now() + world.scaled(Seconds(lock_seconds));
  set_reachable(world, host, online);
  if (reboot) begin_reboot(world, host, Seconds(0), {{"by", "control"}});
}

http::Reply set_system(Sandbox& sandbox, const std::string& name, Fields fields) {
  return sandbox.simulation().with([&](const Simulation::View& view) {
    auto* host = view.world.host_by_name(name);
    if (host == nullptr) return refuse(404, fmt::format("there is no system {}", name));
    change_host(view.world, *host, std::move(fields));
    return done();
  });
}

json::object describe_host(const World& world, const Host& host) {
  json::array groups;
  for (const auto& group : host.spec.groups) groups.emplace_back(group);
  json::array effects;
  for (const auto& active : host.effects) effects.emplace_back(active.advisory);
  json::array needed;
  for (const int id : host.needed) needed.emplace_back(world.errata().find(id)->spec.advisory);
  json::object units;
  for (const auto& [unit, state] : host.units) {
    units[unit] = json::object{{"state", state.state == UnitState::Active   ? "active"
                                         : state.state == UnitState::Failed ? "failed"
                                                                            : "inactive"},
                               {"pid", state.pid}};
  }
  return {{"id", host.sid},
          {"name", host.spec.name},
          {"os", host.os->id},
          {"test", host.spec.test},
          {"ip", host.ip},
          {"online", host.online},
          {"groups", groups},
          {"boot_id", host.boot_id},
          {"boot_time", format_time(host.boot_time)},
          {"kernel", host.running_kernel},
          {"reboot_required", host.reboot_required()},
          {"snapper", host.packages.contains("snapper")},
          {"snapshots", static_cast<std::int64_t>(host.snapshots.size())},
          {"package_count", static_cast<std::int64_t>(host.packages.size())},
          {"cpu_percent", host.cpu_level()},
          {"memory_percent", host.memory_level()},
          {"effects", effects},
          {"needed", needed},
          {"units", units}};
}

http::Reply list_systems(Sandbox& sandbox) {
  return sandbox.simulation().with([](const Simulation::View& view) {
    json::array systems;
    for (const auto& host : view.world.hosts()) systems.push_back(describe_host(view.world, *host));
    return json_reply(200, {{"systems", systems}});
  });
}

http::Reply show_record(Sandbox& sandbox, const http::Request& request) {
  std::size_t after = 0;
  if (const auto text = request.query_param("after")) std::from_chars(text->data(), text->data() + text->size(), after);
  return sandbox.simulation().with([&](const Simulation::View& view) {
    const auto& all = view.world.events();
    json::array events;
    for (std::size_t i = after; i < all.size(); ++i) events.push_back(all[i]);
    return json_reply(200, {{"total", static_cast<std::int64_t>(all.size())}, {"events", std::move(events)}});
  });
}

http::Reply write(Sandbox& sandbox, SpmSync& spm_sync, const http::Request& request) {
  boost::system::error_code error;
  const json::value body = json::parse(request.body, error);
  if (error) return refuse(400, "the body is not JSON");
  constexpr std::string_view kSystems = "/control/systems/";
  try {
    if (request.path == "/control/faults") return set_faults(sandbox, Fields("body", body));
    if (request.path == "/control/listener") return set_listener(sandbox, Fields("body", body));
    if (request.path == "/control/sessions") return drop_sessions(sandbox, Fields("body", body));
    if (request.path == "/control/actions") return set_actions(sandbox, Fields("body", body));
    if (request.path == "/control/spm_sync/notify") return notify(Fields("body", body));
    if (request.path == "/control/spm_sync") return set_spm_sync(spm_sync, Fields("body", body));
    if (request.path.starts_with(kSystems)) return set_system(sandbox, request.path.substr(kSystems.size()), Fields("body", body));
  } catch (const ScenarioError& wrong) {
    return refuse(400, wrong.what());
  }
  return refuse(404, "no such control");
}

}  // namespace

http::Reply handle_control(Sandbox& sandbox, SpmSync& spm_sync, const http::Request& request) {
  if (request.method == http::Method::Post) return write(sandbox, spm_sync, request);
  if (request.method == http::Method::Delete && request.path == "/control/faults") return clear_faults(sandbox);
  if (request.method != http::Method::Get) return refuse(405, "use GET, POST or DELETE");
  if (request.path == "/control/systems") return list_systems(sandbox);
  if (request.path == "/control/record") return show_record(sandbox, request);
  return refuse(404, "no such control");
}

}  // namespace spm::sandbox
