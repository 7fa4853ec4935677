#include "cli/settings.hpp"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "log/log.hpp"

namespace spm::cli {
namespace {

std::optional<std::filesystem::path> env_file(const Common& common) {
  if (!common.env_file.empty()) return common.env_file;
  if (std::filesystem::exists(".env")) return ".env";
  return std::nullopt;
}

}  // namespace

std::optional<config::Settings> load_settings(const Common& common, config::Purpose purpose) {
  auto loaded = config::load(config::process_environment(), env_file(common), purpose);
  if (!loaded) {
    std::fprintf(stderr, "spm-orchestrator: the configuration is wrong, nothing was started\n%s\n", loaded.error().message.c_str());
    return std::nullopt;
  }
  for (auto& secret : loaded->secrets) log::register_secret(secret);
  const auto level = log::parse_level(loaded->settings.log.level).value_or(log::Level::Info);
  if (auto started = log::start({.level = level, .file = loaded->settings.log.file, .stdout_on = true}); !started) {
    std::fprintf(stderr, "spm-orchestrator: %s\n", started.error().message.c_str());
    return std::nullopt;
  }
  for (const auto& warning : loaded->warnings) log::warning("config", warning);
  return std::move(loaded->settings);
}

std::string console_actor() {
  const auto* entry = getpwuid(getuid());
  return fmt::format("console:{}", entry != nullptr ? entry->pw_name : std::to_string(getuid()));
}

}  // namespace spm::cli
