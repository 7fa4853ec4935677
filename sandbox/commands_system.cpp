// Files, disks, locks, power: the commands of a simulated system that read its state.
#include "sandbox/commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sandbox/power.hpp"

namespace spm::sandbox {
namespace {

constexpr double kMemoryKb = 4'028'440;
constexpr double kJiffies = 100;  // a second

// Processor time runs with simulated time here: `sleep 5` between two readings leaves five seconds of it, whatever the speed.
std::string proc_stat(const CommandContext& context) {
  const auto& host = context.host;
  const double ahead = context.elapsed.count() * CpuMeter::kProcessors;
  const double level = host.cpu.level_percent() / 100;
  const double speed = context.world.speed();
  const double busy = host.cpu.busy_seconds(context.world.now()) * speed + ahead * level;
  const double idle = host.cpu.idle_seconds(context.world.now()) * speed + ahead * (1 - level);
  const auto line = [&](std::string_view name, double share) {
    const auto ticks = [&](double seconds) { return static_cast<std::int64_t>(seconds * share * kJiffies); };
    return fmt::format("{} {} 0 {} {} {} 0 {} 0 0 0\n", name, ticks(busy * 0.65), ticks(busy * 0.3), ticks(idle * 0.998),
                       ticks(idle * 0.002), ticks(busy * 0.05));
  };
  return line("cpu ", 1) + line("cpu0", 0.5) + line("cpu1", 0.5) +
         fmt::format("ctxt 8841223\nbtime {}\nprocesses {}\nprocs_running 1\nprocs_blocked 0\n",
                     std::chrono::floor<std::chrono::seconds>(host.boot_time).time_since_epoch().count(), host.next_pid);
}

std::string proc_meminfo(const Host& host) {
  const auto available = static_cast<std::int64_t>(kMemoryKb * (100 - host.memory_level()) / 100);
  return fmt::format(
      "MemTotal:        {} kB\nMemFree:         {} kB\nMemAvailable:    {} kB\nBuffers:          84212 kB\nCached:          612340 "
      "kB\nSwapTotal:       2097148 kB\nSwapFree:        2097148 kB\n",
      static_cast<std::int64_t>(kMemoryKb), available / 2, available);
}

std::string proc_uptime(const CommandContext& context) {
  const double up = std::chrono::duration<double>(context.world.now() - context.host.boot_time).count();
  return fmt::format("{:.2f} {:.2f}\n", up, context.host.cpu.idle_seconds(context.world.now()));
}

std::string os_release(const OsProfile& os) {
  return fmt::format(
      "PRETTY_NAME=\"{}\"\nNAME=\"{}\"\nVERSION_ID=\"{}\"\nVERSION=\"{} ({})\"\nVERSION_CODENAME={}\nID={}\n{}", os.pretty_name, os.os,
      os.release, os.release, os.codename, os.codename, os.release_id,
      os.family == Family::RedHat ? "ID_LIKE=\"rhel centos fedora\"\n" : (os.release_id == "ubuntu" ? "ID_LIKE=debian\n" : ""));
}

std::optional<std::string> read_file(const CommandContext& context, const std::string& path) {
  const auto& host = context.host;
  const bool debian = host.os->family == Family::Debian;
  if (path == "/proc/sys/kernel/random/boot_id") return host.boot_id + "\n";
  if (path == "/proc/stat") return proc_stat(context);
  if (path == "/proc/meminfo") return proc_meminfo(host);
  if (path == "/proc/uptime") return proc_uptime(context);
  if (path == "/etc/os-release" || path == "/usr/lib/os-release") return os_release(*host.os);
  if (path == "/etc/hostname") return host.spec.name + "\n";
  if (path == "/etc/machine-id") return host.machine_id + "\n";
  if (path == "/proc/loadavg") return fmt::format("{0:.2f} {0:.2f} {0:.2f} 1/180 {1}\n", host.cpu_level() / 50, host.next_pid);
  const bool flag = path.starts_with("/var/run/reboot-required") || path.starts_with("/run/reboot-required");
  if (flag && debian && host.reboot_required()) {
    return path.ends_with(".pkgs") ? fmt::format("{}\n", fmt::join(host.reboot_packages, "\n"))
                                   : std::string("*** System restart required ***\n");
  }
  return std::nullopt;
}

CommandResult cat(CommandContext& context, const std::vector<std::string>& argv) {
  CommandResult result;
  for (std::size_t i = 1; i < argv.size(); ++i) {
    if (argv[i] == "--") continue;
    if (const auto text = read_file(context, argv[i])) {
      result.out += *text;
    } else {
      result.err += fmt::format("cat: {}: No such file or directory\n", argv[i]);
      result.exit = 1;
    }
  }
  return result;
}

CommandResult test(CommandContext& context, const std::vector<std::string>& argv) {
  auto arguments = std::vector<std::string>(argv.begin() + 1, argv.end());
  if (argv.front() == "[" && !arguments.empty()) arguments.pop_back();
  if (arguments.size() != 2 || (arguments[0] != "-e" && arguments[0] != "-f" && arguments[0] != "-r")) {
    return {.exit = 2, .out = {}, .err = fmt::format("sh: 1: {}: unexpected operator\n", argv.front())};
  }
  return {.exit = read_file(context, arguments[1]) ? 0 : 1, .out = {}, .err = {}};
}

CommandResult df(CommandContext& context, const std::vector<std::string>&) {
  constexpr std::int64_t kTotal = 41'943'040;
  const std::int64_t available = std::min<std::int64_t>(static_cast<std::int64_t>(context.host.free_mb) * 1024, kTotal);
  const std::int64_t used = kTotal - available;
  return {
      .exit = 0,
      .out = fmt::format("Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda2      {:>11} {:>8} {:>9} {:>7}% /\n",
                         kTotal, used, available, used * 100 / kTotal),
      .err = {}};
}

CommandResult lslocks(CommandContext& context, const std::vector<std::string>&) {
  std::string out = context.host.os->family == Family::Debian ? "/run/crond.pid\n" : "/run/crond.pid\n/run/atd.pid\n";
  if (context.host.package_lock_until > context.world.now()) {
    out += context.host.os->family == Family::Debian ? "/var/lib/dpkg/lock-frontend\n/var/lib/dpkg/lock\n"
                                                     : "/var/lib/rpm/.rpm.lock\n/var/cache/dnf/metadata_lock.pid\n";
  }
  return {.exit = 0, .out = out, .err = {}};
}

CommandResult sleep(CommandContext& context, const std::vector<std::string>& argv) {
  double seconds = 0;
  if (argv.size() < 2 || std::from_chars(argv[1].data(), argv[1].data() + argv[1].size(), seconds).ec != std::errc{}) {
    return {.exit = 1, .out = {}, .err = "sleep: invalid time interval\n"};
  }
  context.elapsed += Seconds(seconds);
  return {};
}

CommandResult uname(CommandContext& context, const std::vector<std::string>& argv) {
  const bool release = argv.size() > 1 && argv[1] == "-r";
  return {.exit = 0, .out = (release ? context.host.running_kernel : std::string("Linux")) + "\n", .err = {}};
}

CommandResult hostname(CommandContext& context, const std::vector<std::string>&) {
  return {.exit = 0, .out = context.host.spec.name + "\n", .err = {}};
}
CommandResult id(CommandContext&, const std::vector<std::string>& argv) {
  return {.exit = 0, .out = argv.size() > 1 && argv[1] == "-u" ? "0\n" : "uid=0(root) gid=0(root) groups=0(root)\n", .err = {}};
}
CommandResult succeed(CommandContext&, const std::vector<std::string>&) { return {}; }
CommandResult not_succeed(CommandContext&, const std::vector<std::string>&) { return {.exit = 1, .out = {}, .err = {}}; }

CommandResult echo(CommandContext&, const std::vector<std::string>& argv) {
  return {.exit = 0, .out = fmt::format("{}\n", fmt::join(argv.begin() + 1, argv.end(), " ")), .err = {}};
}

CommandResult reboot(CommandContext& context, const std::vector<std::string>& argv) {
  Seconds delay{1};
  for (const auto& argument : argv) {
    double minutes = 0;
    if (argument.starts_with("+") && std::from_chars(argument.data() + 1, argument.data() + argument.size(), minutes).ec == std::errc{})
      delay = Seconds(minutes * 60);
  }
  begin_reboot(context.world, context.host, delay, context.cause);
  return {};
}

}  // namespace

CommandFunction find_system_command(const std::string& name) {
  static const std::map<std::string, CommandFunction> commands{
      {"cat", cat},     {"test", test},         {"[", test},         {"df", df},        {"lslocks", lslocks}, {"sleep", sleep},
      {"uname", uname}, {"hostname", hostname}, {"id", id},          {"true", succeed}, {"sync", succeed},    {"false", not_succeed},
      {"echo", echo},   {"reboot", reboot},     {"shutdown", reboot}};
  const auto found = commands.find(name);
  return found == commands.end() ? nullptr : found->second;
}

CommandFunction find_command(const Host& host, const std::string& name) {
  if (auto* command = find_system_command(name)) return command;
  if (auto* command = find_package_command(host, name)) return command;
  if (name == "systemctl") return systemctl;
  if (name == "snapper" && host.packages.contains("snapper")) return snapper;
  return nullptr;
}

}  // namespace spm::sandbox
