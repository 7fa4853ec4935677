#include <CLI/CLI.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/signals.hpp"
#include "log/log.hpp"

namespace spm::cli {
namespace {

// CLI11 gives 0 for --help and an error's own number otherwise; ours is 2 for every wrong usage.
int usage_exit(const CLI::App& app, const CLI::ParseError& error) { return app.exit(error) == 0 ? 0 : 2; }

}  // namespace

int run(int argc, char** argv) {
  CLI::App app{"SPM Orchestrator: security patches into production, safely, with a person in control"};
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "Show the options of every command");

  Common common;
  const auto add_common = [&common](CLI::App* command) {
    command->add_option("--env-file", common.env_file,
                        "Read settings from this file (default: .env in the current folder); the environment wins");
    return command;
  };
  auto* serve_command = add_common(app.add_subcommand("serve", "Run the service: API, workers, periodic jobs"));
  auto* migrate_command = add_common(app.add_subcommand("migrate", "Bring the database's schema up to date"));
  auto* check_command = add_common(app.add_subcommand("check", "Check configuration, database and every upstream; say what to fix"));
  CheckOptions check_options;
  check_command->add_flag("--configuration", check_options.configuration_only, "Only the settings; ask neither database nor upstreams");
  auto* version_command = app.add_subcommand("version", "Print the version");

  UserOptions user_options;
  auto* user_command = app.add_subcommand("user", "Accounts of people, such as the first admin's");
  user_command->require_subcommand(1);
  const auto add_user_command = [&](const char* name, const char* description) {
    return add_common(user_command->add_subcommand(name, description));
  };
  const auto add_username = [&](CLI::App* command) {
    command->add_option("username", user_options.username, "Name of the account")->required();
  };
  const auto add_password = [&](CLI::App* command) {
    command->add_flag("--password-stdin", user_options.reads_password, "Read the password from standard input instead of making one");
  };
  auto* user_add = add_user_command("add", "Add a user; prints the password that was made, once");
  add_username(user_add);
  add_password(user_add);
  user_add->add_option("--role", user_options.roles, "viewer, operator, approver, deployer, admin or auditor; several with commas")
      ->required()
      ->delimiter(',');
  user_add->add_option("--name", user_options.display_name, "Name of the person");
  auto* user_list = add_user_command("list", "List the users");
  auto* user_password = add_user_command("set-password", "Give a user a new password, to be changed at the next login");
  add_username(user_password);
  add_password(user_password);
  auto* user_disable = add_user_command("disable", "Disable a user and end the sessions");
  add_username(user_disable);

  ImportOptions import_options;
  auto* import_command =
      add_common(app.add_subcommand("import-cves", "Take a list about CVEs from a file, as on a host without the internet"));
  import_command->add_option("source", import_options.source, "kev: known to be exploited; epss: how likely; cvss: how bad")
      ->required()
      ->check(CLI::IsMember({"kev", "epss", "cvss"}));
  import_command->add_option("file", import_options.file, "JSON or CSV, perhaps compressed with gzip")
      ->required()
      ->check(CLI::ExistingFile);
  import_command->add_flag("--accept-shorter", import_options.accepts_shorter,
                           "Take a known-exploited list although more than half of the last one is gone");

  DemoOptions demo_options;
  auto* demo_command = app.add_subcommand("demo", "Run everything embedded: database, simulated fleet, Prometheus, service");
  demo_command->add_option("--dir", demo_options.directory, "Folder of the demo's own database and files")->capture_default_str();
  demo_command->add_option("--scenario", demo_options.scenario, "Fleet and errata from this file instead of the built-in ones")
      ->check(CLI::ExistingFile);
  demo_command->add_option("--catalogue", demo_options.catalogue, "Further advisories, one JSON object a line")->check(CLI::ExistingFile);
  demo_command->add_option("--speed", demo_options.speed, "How many times faster simulated work and waits pass")
      ->check(CLI::Range(1.0, 600.0))
      ->capture_default_str();
  demo_command->add_option("--port", demo_options.api_port, "Port of the API; 0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  demo_command->add_option("--dashboard-port", demo_options.dashboard_port, "Port of the dashboard; 0: any free one")
      ->check(CLI::Range(0, 65535))
      ->capture_default_str();
  auto* demo_check_flag =
      demo_command->add_flag("--check", demo_options.is_check,
                             "Take every scripted erratum the whole way, print a table, exit 0 only if all ended where they must");
  demo_command
      ->add_flag("--accounts", demo_options.has_accounts,
                 "Let people log in: somebody of every role, with a password that is printed; by single sign-on too with OIDC_* "
                 "in the environment")
      ->excludes(demo_check_flag);

  ConfigForm form = ConfigForm::EnvExample;
  auto* config_command = app.add_subcommand("config", "Print every setting");
  config_command->add_option("--format", form, "env or markdown")
      ->transform(
          CLI::CheckedTransformer(std::map<std::string, ConfigForm>{{"env", ConfigForm::EnvExample}, {"markdown", ConfigForm::Markdown}}));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_exit(app, error);
  }

  block_signals();
  try {
    if (serve_command->parsed()) return serve(common);
    if (migrate_command->parsed()) return migrate(common);
    if (check_command->parsed()) return check(common, check_options);
    if (version_command->parsed()) return version();
    if (user_add->parsed()) return add_user(common, user_options);
    if (user_list->parsed()) return list_users(common);
    if (user_password->parsed()) return set_user_password(common, user_options);
    if (user_disable->parsed()) return disable_user(common, user_options);
    if (import_command->parsed()) return import_cves(common, import_options);
    if (config_command->parsed()) return print_configuration(form);
    if (demo_command->parsed()) return demo(demo_options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spm-orchestrator: %s\n", log::redacted(error.what()).c_str());
    return 1;
  }
  return 2;
}

}  // namespace spm::cli
