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
  auto* version_command = app.add_subcommand("version", "Print the version");

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
  demo_command->add_flag("--check", demo_options.is_check,
                         "Take every scripted erratum the whole way, print a table, exit 0 only if all ended where they must");

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
    if (check_command->parsed()) return check(common);
    if (version_command->parsed()) return version();
    if (config_command->parsed()) return print_configuration(form);
    if (demo_command->parsed()) return demo(demo_options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spm-orchestrator: %s\n", log::redacted(error.what()).c_str());
    return 1;
  }
  return 2;
}

}  // namespace spm::cli
