#pragma once
// The commands of spm-orchestrator, one file each. Every one returns the process's exit status: 0 well, 1 failed, 2 wrong usage or
// configuration.

#include <map>
#include <string>
#include <vector>

namespace spm::cli {

int run(int argc, char** argv);

struct Common {
  std::string env_file;  // empty: .env in the current folder when it exists
};

int serve(const Common& common);
int migrate(const Common& common);
struct CheckOptions {
  bool configuration_only = false;  // asks nobody
};
int check(const Common& common, const CheckOptions& options = {});
int version();

// `user add|list|set-password|disable`: accounts without the API, such as the first admin's.
struct UserOptions {
  std::string username;
  std::string display_name;
  std::vector<std::string> roles;
  bool reads_password = false;  // from the first line of standard input; otherwise one is made and printed
};
int add_user(const Common& common, const UserOptions& options);
int list_users(const Common& common);
int set_user_password(const Common& common, const UserOptions& options);
int disable_user(const Common& common, const UserOptions& options);

// `import-cves SOURCE FILE`: a list about CVEs on a host without the internet.
struct ImportOptions {
  std::string source;  // kev, epss, cvss
  std::string file;
  bool accepts_shorter = false;
};
int import_cves(const Common& common, const ImportOptions& options);

struct DemoOptions {
  std::string directory = ".demo";
  std::string scenario;       // a file; empty: the built-in demo fleet
  std::string catalogue;      // a file of further advisories; empty: none
  double speed = 60;          // how many times faster simulated durations and waits pass
  bool is_check = false;      // run unattended, print the table, exit
  bool has_accounts = false;  // people log in; else everybody on the machine may do everything
  int api_port = 5001;
  int dashboard_port = 8501;
};
int demo(const DemoOptions& options);

enum class ConfigForm { EnvExample, Markdown };
int print_configuration(ConfigForm form);

}  // namespace spm::cli
