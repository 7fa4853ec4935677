#include "sandbox/salt/functions.hpp"

#include <fmt/format.h>

#include "sandbox/host_shell.hpp"
#include "sandbox/power.hpp"

namespace spm::sandbox::salt {
namespace {

FunctionResult failure(std::string text) { return {json::value(std::move(text)), 1, Seconds(0)}; }

// A positional string of the form name=value is taken by the minion as a keyword (salt-and-prometheus 1.5).
bool looks_like_keyword(std::string_view text) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  };
  const auto equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || (equals + 1 < text.size() && text[equals + 1] == '=')) return false;
  if (text[0] != '_' && !((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'))) return false;
  for (const char c : text.substr(0, equals)) {
    if (!is_name(c)) return false;
  }
  return true;
}

FunctionCall as_minion_reads(const FunctionCall& call) {
  FunctionCall read{call.function, {}, call.keywords};
  for (const auto& argument : call.arguments) {
    const auto* text = argument.if_string();
    if (text == nullptr || !looks_like_keyword(*text)) {
      read.arguments.push_back(argument);
      continue;
    }
    const auto equals = text->find('=');
    read.keywords[text->subview(0, equals)] = std::string(text->subview(equals + 1));
  }
  return read;
}

std::optional<std::string> argument(const FunctionCall& call, std::size_t position, std::string_view name) {
  const json::value* value = call.keywords.if_contains(name);
  if (value == nullptr && position < call.arguments.size()) value = &call.arguments[position];
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return std::string(value->get_string());
}

std::string without_final_newline(std::string text) {
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

FunctionResult run_command(World& world, Host& host, const std::string& jid, const FunctionCall& call) {
  static const std::set<std::string, std::less<>> known{"cmd",
                                                        "cwd",
                                                        "stdin",
                                                        "runas",
                                                        "shell",
                                                        "python_shell",
                                                        "env",
                                                        "clean_env",
                                                        "timeout",
                                                        "ignore_retcode",
                                                        "success_retcodes",
                                                        "redirect_stderr",
                                                        "output_encoding",
                                                        "bg",
                                                        "hide_output",
                                                        "template"};
  const auto command = argument(call, 0, "cmd");
  if (!command)
    return failure(fmt::format("Passed invalid arguments to {}: {}() missing 1 required positional argument: 'cmd'", call.function,
                               call.function.substr(4)));
  for (const auto& [name, value] : call.keywords) {
    if (!known.contains(std::string_view(name)))
      return failure(
          fmt::format("ERROR executing '{}': The following keyword arguments are not valid: {}=1", call.function, std::string_view(name)));
  }
  HostShell shell(world, host, {{"jid", jid}});
  ShellResult done = shell.run(*command);
  const auto* limit = call.keywords.if_contains("timeout");
  const double seconds = limit != nullptr && limit->is_number() ? limit->to_number<double>() : 0;
  const bool timed_out = seconds > 0 && done.elapsed > Seconds(seconds);
  if (timed_out) done = {1, fmt::format("{} : Timed out after {} seconds", *command, seconds), "", Seconds(seconds)};
  const int pid = host.next_pid += 5;
  if (call.function == "cmd.retcode") return {done.exit, done.exit, done.elapsed};
  if (call.function == "cmd.run") {
    std::string text = without_final_newline(done.out + done.err);
    return {json::value(std::move(text)), timed_out ? 0 : done.exit, done.elapsed};
  }
  json::object all{
      {"pid", pid}, {"retcode", done.exit}, {"stdout", without_final_newline(done.out)}, {"stderr", without_final_newline(done.err)}};
  return {std::move(all), done.exit, done.elapsed};
}

json::object grains(const Host& host) {
  const bool deb = host.os->family == Family::Debian;
  const auto major = host.os->release.substr(0, host.os->release.find('.'));
  return {{"id", host.minion_id},
          {"os", host.os->os},
          {"os_family", deb ? "Debian" : "RedHat"},
          {"osrelease", host.os->release},
          {"osmajorrelease", std::stoi(major)},
          {"osfinger", host.os->os + "-" + (host.os->os == "Ubuntu" ? host.os->release : major)},
          {"oscodename", host.os->codename},
          {"kernel", "Linux"},
          {"kernelrelease", host.running_kernel},
          {"osarch", host.os->native_arch()},
          {"cpuarch", "x86_64"},
          {"init", "systemd"},
          {"transactional", false},
          {"machine_id", host.machine_id},
          {"host", host.spec.name},
          {"fqdn", host.spec.name},
          {"ipv4", json::array{"127.0.0.1", host.ip}},
          {"num_cpus", 2},
          {"mem_total", 3934},
          {"saltversion", "3006.9"}};
}

FunctionResult list_packages(const Host& host) {
  json::object packages;
  for (const auto& [name, versions] : host.packages) {
    std::string text;
    for (const auto& version : versions) text += (text.empty() ? "" : ",") + version.evr;
    packages[name] = std::move(text);
  }
  return {std::move(packages), 0, Seconds(1)};
}

FunctionResult package_versions(const Host& host, const FunctionCall& call) {
  const auto version = [&](const json::value& name) {
    const auto found = name.is_string() ? host.packages.find(std::string(name.get_string())) : host.packages.end();
    return found == host.packages.end() ? std::string() : found->second.back().evr;
  };
  if (call.arguments.size() == 1) return {json::value(version(call.arguments[0])), 0, Seconds(0)};
  json::object versions;
  for (const auto& name : call.arguments) {
    if (name.is_string()) versions[name.get_string()] = version(name);
  }
  return {std::move(versions), 0, Seconds(0)};
}

FunctionResult service_status(const Host& host, const FunctionCall& call) {
  const auto name = argument(call, 0, "name");
  if (!name) return failure("Passed invalid arguments to service.status: status() missing 1 required positional argument: 'name'");
  const auto unit = host.units.find(name->find('.') == std::string::npos ? *name + ".service" : *name);
  return {unit != host.units.end() && unit->second.state == UnitState::Active, 0, Seconds(0)};
}

FunctionResult uptime(const World& world, const Host& host) {
  const auto up = std::chrono::floor<std::chrono::seconds>(world.now() - host.boot_time).count();
  const auto since = std::chrono::floor<std::chrono::seconds>(host.boot_time);
  auto iso = format_time(since);
  iso.pop_back();
  return {json::object{{"seconds", up},
                       {"since_iso", iso},
                       {"since_t", since.time_since_epoch().count()},
                       {"days", up / 86400},
                       {"time", fmt::format("{}:{:02}", up % 86400 / 3600, up % 3600 / 60)},
                       {"users", 0}},
          0, Seconds(0)};
}

FunctionResult reboot(World& world, Host& host, const std::string& jid, const FunctionCall& call) {
  const auto* minutes = call.keywords.if_contains("at_time");
  if (minutes == nullptr && !call.arguments.empty()) minutes = &call.arguments[0];
  const double delay = minutes != nullptr && minutes->is_number() ? minutes->to_number<double>() * 60 : 0;
  begin_reboot(world, host, Seconds(delay), {{"jid", jid}});
  return {json::value(""), 0, Seconds(0)};
}

}  // namespace

FunctionResult run_function(World& world, Host& host, const std::string& jid, const FunctionCall& raw) {
  const FunctionCall call = as_minion_reads(raw);
  const auto& name = call.function;
  if (name == "cmd.run_all" || name == "cmd.run" || name == "cmd.retcode") return run_command(world, host, jid, call);
  if (name == "test.ping") return {true, 0, Seconds(0)};
  if (name == "test.version") return {json::value("3006.9"), 0, Seconds(0)};
  if (name == "grains.items") return {grains(host), 0, Seconds(0)};
  if (name == "grains.get") {
    const auto all = grains(host);
    const auto* value = all.if_contains(argument(call, 0, "key").value_or(""));
    return {value == nullptr ? json::value("") : *value, 0, Seconds(0)};
  }
  if (name == "pkg.list_pkgs") return list_packages(host);
  if (name == "pkg.version") return package_versions(host, call);
  if (name == "service.status") return service_status(host, call);
  if (name == "status.uptime") return uptime(world, host);
  if (name == "ps.boot_time") return {std::chrono::floor<std::chrono::seconds>(host.boot_time).time_since_epoch().count(), 0, Seconds(0)};
  if (name == "system.reboot") return reboot(world, host, jid, call);
  return failure(fmt::format("'{}' is not available.", name));
}

}  // namespace spm::sandbox::salt
