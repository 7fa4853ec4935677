#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <optional>

#include "cli/commands.hpp"
#include "cli/settings.hpp"
#include "db/database_clock.hpp"
#include "identity/identity.hpp"
#include "log/log.hpp"

namespace spm::cli {
namespace {

int failed(const Error& error) {
  std::fprintf(stderr, "spm-orchestrator: %s\n", error.message.c_str());
  return 1;
}

struct Console {
  db::Pool pool;
  identity::Acting acting;
};

std::unique_ptr<Console> open_console(const Common& common) {
  const auto settings = load_settings(common, config::Purpose::Database);
  if (!settings) return nullptr;
  const db::DatabaseClock clock(settings->database.conninfo);
  return std::unique_ptr<Console>(new Console{{settings->database.conninfo, 1}, {console_actor(), "", clock.now()}});
}

std::optional<std::string> read_password() {
  std::string line;
  std::getline(std::cin, line);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return line;
}

std::optional<std::string> given_password(const UserOptions& options) { return options.reads_password ? read_password() : std::nullopt; }

void print_password(const std::string& username, const std::optional<std::string>& password) {
  if (password) std::printf("password of %s, shown this once, to be changed at the first login: %s\n", username.c_str(), password->c_str());
}

}  // namespace

int add_user(const Common& common, const UserOptions& options) {
  const auto console = open_console(common);
  if (!console) return 2;
  identity::NewUser user;
  user.username = options.username;
  user.display_name = options.display_name;
  user.roles = options.roles;
  user.password = given_password(options);
  user.must_change_password = !user.password;
  const auto added = identity::add_user(console->pool, user, console->acting);
  if (!added) return failed(added.error());
  std::printf("added user %s with the role%s %s\n", added->username.c_str(), options.roles.size() == 1 ? "" : "s",
              fmt::format("{}", fmt::join(options.roles, ", ")).c_str());
  print_password(added->username, added->initial_password);
  return 0;
}

int list_users(const Common& common) {
  const auto console = open_console(common);
  if (!console) return 2;
  for (const auto& user : identity::all_users(console->pool)) {
    std::printf("%-32s %-40s %s%s\n", user.username.c_str(), fmt::format("{}", fmt::join(user.roles, ",")).c_str(),
                user.last_login_at ? fmt::format("last login {}", format_time(*user.last_login_at)).c_str() : "never logged in",
                user.is_disabled ? ", disabled" : "");
  }
  return 0;
}

int set_user_password(const Common& common, const UserOptions& options) {
  const auto console = open_console(common);
  if (!console) return 2;
  const auto id = identity::id_of_user(console->pool, options.username);
  if (!id) return failed(id.error());
  const auto made = identity::reset_password(console->pool, *id, given_password(options), console->acting);
  if (!made) return failed(made.error());
  std::printf("the password of %s is set; all sessions have ended\n", options.username.c_str());
  print_password(options.username, *made);
  return 0;
}

int disable_user(const Common& common, const UserOptions& options) {
  const auto console = open_console(common);
  if (!console) return 2;
  const auto id = identity::id_of_user(console->pool, options.username);
  if (!id) return failed(id.error());
  if (const auto disabled = identity::disable_user(console->pool, *id, console->acting); !disabled) return failed(disabled.error());
  std::printf("%s is disabled; all sessions have ended\n", options.username.c_str());
  return 0;
}

}  // namespace spm::cli
