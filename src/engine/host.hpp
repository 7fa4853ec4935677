#pragma once
// The state of a system beyond packages and services: the commands that read it, and what their outputs say. Pure.
// nullopt always means "could not be told", which no check takes for a good answer.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ports/commands.hpp"

namespace spm::engine {

inline constexpr std::int64_t kFreeKilobytesNeeded = 500 * 1024;  // on /, before a patch and after a snapshot

[[nodiscard]] ports::Command read_boot_id();
[[nodiscard]] ports::Command read_kernel();      // uname -r
[[nodiscard]] ports::Command read_free_space();  // df -Pk /
[[nodiscard]] ports::Command read_locks();       // lslocks
[[nodiscard]] ports::Command read_reboot_flag(const std::string& target_os);
[[nodiscard]] ports::Command read_file(const std::string& path);

// What the flag is called in sentences: "/var/run/reboot-required", "needs-restarting -r".
[[nodiscard]] std::string_view reboot_flag_name(const std::string& target_os);

[[nodiscard]] std::optional<std::string> boot_id_in(const ports::CommandOutput& output);
[[nodiscard]] std::optional<std::string> kernel_in(const ports::CommandOutput& output);
[[nodiscard]] std::optional<std::int64_t> free_kilobytes_in(const ports::CommandOutput& output);
// The package manager's lock files that somebody holds; empty: it is free.
[[nodiscard]] std::optional<std::vector<std::string>> package_locks_in(const ports::CommandOutput& output);
[[nodiscard]] std::optional<bool> reboot_needed_in(const std::string& target_os, const ports::CommandOutput& output);
[[nodiscard]] std::optional<std::string> os_name_in(const ports::CommandOutput& output);  // PRETTY_NAME of os-release

// /proc/stat twice: the share of time that the CPUs were not idle in between, 0..100.
[[nodiscard]] std::optional<double> cpu_percent_in(const ports::CommandOutput& first, const ports::CommandOutput& second);
// /proc/meminfo: 100 · (1 − MemAvailable / MemTotal).
[[nodiscard]] std::optional<double> memory_percent_in(const ports::CommandOutput& output);

// Why the output of a command says nothing: "lslocks: not installed", "df: killed after its time limit", "df: exit 1: …".
[[nodiscard]] std::string why_unusable(std::string_view command, const ports::CommandOutput& output);

// Snapper's list as CSV: the number of the snapshot with this description.
[[nodiscard]] std::optional<std::string> snapshot_described(std::string_view csv, std::string_view description);
// The description of the snapshot with this number; nullopt: it is not listed.
[[nodiscard]] std::optional<std::string> description_of_snapshot(std::string_view csv, std::string_view number);
[[nodiscard]] ports::Command list_snapshots();
[[nodiscard]] ports::Command delete_snapshot(const std::string& number);
// What an unsuccessful `snapper list` means: there is no snapper or no configuration for "/", which is an answer, not a failure.
[[nodiscard]] bool has_no_snapper(const ports::CommandOutput& output);

}  // namespace spm::engine
