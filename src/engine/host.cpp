#include "engine/host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/text.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;

// The first line of /proc/stat: "cpu  user nice system idle iowait irq softirq steal …", in ticks since boot.
struct CpuTicks {
  std::int64_t total = 0;
  std::int64_t idle = 0;
};

std::optional<CpuTicks> cpu_ticks(const ports::CommandOutput& output) {
  if (output.exit_status != 0) return std::nullopt;
  for (const auto line : lines(output.output)) {
    const auto fields = words(line);
    if (fields.size() < 6 || fields[0] != "cpu") continue;
    CpuTicks ticks;
    for (std::size_t i = 1; i < std::min<std::size_t>(fields.size(), 9); ++i) {  // guest times are already in user and nice
      const auto number = number_in<std::int64_t>(fields[i]);
      if (!number) return std::nullopt;
      ticks.total += *number;
      if (i == 4 || i == 5) ticks.idle += *number;
    }
    return ticks;
  }
  return std::nullopt;
}

struct ListedSnapshot {
  std::string_view number;
  std::string_view description;
};

// Our own descriptions hold neither commas nor quotes; a foreign one that does is cut, and cannot be equal to one of ours.
std::vector<ListedSnapshot> listed_snapshots(std::string_view csv) {
  std::vector<ListedSnapshot> found;
  const auto rows = lines(csv);
  if (rows.empty()) return found;
  const auto header = split(rows.front(), ',');
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::find(header.begin(), header.end(), name) - header.begin());
  };
  const auto number = column("number");
  const auto text = column("description");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const auto fields = split(rows[i], ',');
    if (fields.size() > std::max(number, text)) found.push_back({fields[number], fields[text]});
  }
  return found;
}

bool is_package_lock(std::string_view path) {
  static constexpr std::array<std::string_view, 6> kLocks{"/var/lib/dpkg/lock-frontend",     "/var/lib/dpkg/lock",
                                                          "/var/lib/apt/lists/lock",         "/var/lib/rpm/.rpm.lock",
                                                          "/usr/lib/sysimage/rpm/.rpm.lock", "/run/zypp.pid"};
  if (std::find(kLocks.begin(), kLocks.end(), path) != kLocks.end()) return true;
  return path.starts_with("/var/cache/dnf/") && path.ends_with("lock");
}

}  // namespace

ports::Command read_file(const std::string& path) { return {{"cat", path}, 15s}; }
ports::Command read_boot_id() { return read_file("/proc/sys/kernel/random/boot_id"); }
ports::Command read_kernel() { return {{"uname", "-r"}, 15s}; }
ports::Command read_free_space() { return {{"df", "-Pk", "/"}, 15s}; }
ports::Command read_locks() { return {{"lslocks", "--noheadings", "--notruncate", "--output", "PATH"}, 15s}; }

ports::Command read_reboot_flag(const std::string& target_os) {
  if (target_os == "rhel") return {{"dnf", "-q", "needs-restarting", "-r"}, 120s};
  if (target_os == "suse") return {{"test", "-e", "/run/reboot-needed"}, 15s};
  return {{"test", "-e", "/var/run/reboot-required"}, 15s};
}

std::string_view reboot_flag_name(const std::string& target_os) {
  if (target_os == "rhel") return "needs-restarting -r";
  return target_os == "suse" ? "/run/reboot-needed" : "/var/run/reboot-required";
}

std::optional<std::string> boot_id_in(const ports::CommandOutput& output) {
  const auto text = trimmed(output.output);
  if (output.exit_status != 0 || text.size() != 36 || text.find_first_not_of("0123456789abcdef-") != std::string_view::npos)
    return std::nullopt;
  return std::string(text);
}

std::optional<std::string> kernel_in(const ports::CommandOutput& output) {
  const auto text = trimmed(output.output);
  if (output.exit_status != 0 || text.empty() || text.find('\n') != std::string_view::npos) return std::nullopt;
  return shortened(text, 100);
}

std::optional<std::int64_t> free_kilobytes_in(const ports::CommandOutput& output) {
  const auto found = lines(output.output);
  if (output.exit_status != 0 || found.size() != 2) return std::nullopt;
  // A device name can hold blanks, so the fields count from the end: "… 1024-blocks Used Available Capacity Mounted".
  const auto fields = words(found[1]);
  if (fields.size() < 6) return std::nullopt;
  const auto kilobytes = number_in<std::int64_t>(fields[fields.size() - 3]);
  if (!kilobytes || *kilobytes < 0) return std::nullopt;
  return kilobytes;
}

std::optional<std::vector<std::string>> package_locks_in(const ports::CommandOutput& output) {
  if (output.exit_status != 0) return std::nullopt;
  std::vector<std::string> held;
  for (const auto line : lines(output.output)) {
    if (is_package_lock(trimmed(line))) held.emplace_back(trimmed(line));
  }
  return held;
}

std::optional<bool> reboot_needed_in(const std::string& target_os, const ports::CommandOutput& output) {
  if (target_os == "rhel") {
    // dnf exits with 1 too when it does not know the command (salt 2.6): then nothing was checked.
    if (output.exit_status == 0) return false;
    if (output.exit_status != 1 || output.output.find("No such command") != std::string::npos) return std::nullopt;
    return true;
  }
  if (output.exit_status == 0) return true;
  if (output.exit_status == 1) return false;
  return std::nullopt;
}

std::optional<std::string> os_name_in(const ports::CommandOutput& output) {
  constexpr std::string_view kKey = "PRETTY_NAME=";
  if (output.exit_status != 0) return std::nullopt;
  for (auto line : lines(output.output)) {
    if (!line.starts_with(kKey)) continue;
    line.remove_prefix(kKey.size());
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
    return shortened(line, 100);
  }
  return std::nullopt;
}

std::optional<double> cpu_percent_in(const ports::CommandOutput& first, const ports::CommandOutput& second) {
  const auto before = cpu_ticks(first);
  const auto after = cpu_ticks(second);
  if (!before || !after) return std::nullopt;
  const auto total = after->total - before->total;
  const auto idle = after->idle - before->idle;
  if (total <= 0 || idle < 0 || idle > total) return std::nullopt;
  return 100.0 * (1.0 - static_cast<double>(idle) / static_cast<double>(total));
}

std::optional<double> memory_percent_in(const ports::CommandOutput& output) {
  if (output.exit_status != 0) return std::nullopt;
  std::optional<double> total;
  std::optional<double> available;
  for (const auto line : lines(output.output)) {
    const auto fields = words(line);
    if (fields.size() < 2) continue;
    if (fields[0] == "MemTotal:") total = number_in<double>(fields[1]);
    if (fields[0] == "MemAvailable:") available = number_in<double>(fields[1]);
  }
  if (!total || !available || *total <= 0 || *available < 0 || *available > *total) return std::nullopt;
  return 100.0 * (1.0 - *available / *total);
}

std::string why_unusable(std::string_view command, const ports::CommandOutput& output) {
  if (output.exit_status == 127) return fmt::format("{}: not installed", command);
  if (output.exit_status == 126) return fmt::format("{}: may not be run", command);
  if (output.exit_status == 124) return fmt::format("{}: killed after its time limit", command);
  return fmt::format("{}: exit {}: {}", command, output.exit_status, first_line(output.output));
}

std::optional<std::string> snapshot_described(std::string_view csv, std::string_view description) {
  for (const auto& listed : listed_snapshots(csv)) {
    if (listed.description == description && number_in<std::int64_t>(listed.number)) return std::string(listed.number);
  }
  return std::nullopt;
}

std::optional<std::string> description_of_snapshot(std::string_view csv, std::string_view number) {
  for (const auto& listed : listed_snapshots(csv)) {
    if (listed.number == number) return std::string(listed.description);
  }
  return std::nullopt;
}

ports::Command list_snapshots() {
  return {{"snapper", "--machine-readable", "csv", "-c", "root", "list", "--columns", "number,type,date,description,cleanup"}, 60s};
}

ports::Command delete_snapshot(const std::string& number) { return {{"snapper", "-c", "root", "delete", number}, 300s}; }

bool has_no_snapper(const ports::CommandOutput& output) {
  if (output.exit_status == 127) return true;
  if (output.exit_status == 0) return false;
  for (const std::string_view sign : {"not found", "does not exist", "not configured", "Unknown config"}) {
    if (output.output.find(sign) != std::string::npos) return true;
  }
  return false;
}

}  // namespace spm::engine
