#pragma once
// The commands of spm-orchestrator, one file each. Every one returns the process's exit status: 0 well, 1 failed, 2 wrong usage or
// configuration.

#include <map>
#include <string>

namespace spm::cli {

int run(int argc, char** argv);

struct Common {
  std::string env_file;  // empty: .env in the current folder when it exists
};

int serve(const Common& common);
int migrate(const Common& common);
int check(const Common& common);
int version();

struct DemoOptions {
  std::string directory = ".demo";
  std::string scenario;   // a file; empty: the built-in demo fleet
  std::string catalogue;  // a file of further advisories; empty: none
  double speed = 60;      // how many times faster simulated durations and waits pass
  bool is_check = false;  // run unattended, print the table, exit
  int api_port = 5001;
  int dashboard_port = 8501;
};
int demo(const DemoOptions& options);

enum class ConfigForm { EnvExample, Markdown };
int print_configuration(ConfigForm form);

}  // namespace spm::cli
