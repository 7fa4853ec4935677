#pragma once
// The settings of the process, typed, and how they are loaded. Called once at start by every command; immutable afterwards.
//
// The table in table.cpp has a row for each; adding a setting is adding a row there and a member here.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/group_roles.hpp"
#include "base/error.hpp"
#include "base/ids.hpp"
#include "ports/advisory_source.hpp"

namespace spm::config {

enum class CommandBackend { Salt, Uyuni };
enum class SnapshotType { Snapper, None };

struct ApiSettings {
  std::string host;
  std::uint16_t port = 0;
  std::uint16_t dashboard_port = 0;
  std::string key;                   // empty only in the demo
  std::string metrics_token;         // empty: Prometheus needs another key
  std::string tls_certificate_file;  // both or none
  std::string tls_key_file;
  int requests_per_minute = 0;  // of one identity; 0: no limit
  int request_burst = 0;
  int attempts_per_minute = 0;  // of one address to get in; 0: no limit
};

struct SessionSettings {
  std::chrono::minutes idle{};   // without a request
  std::chrono::hours longest{};  // however busy
};

struct OidcSettings {
  std::string issuer;  // empty: no single sign-on; then the others are too
  std::string client_id;
  std::string client_secret;  // empty: a public client
  std::string redirect_url;
  std::string scopes;
  std::string groups_claim;
  std::vector<access::GroupRole> group_roles;
  std::string label;
  std::string ca_file;  // empty: the system's
};

struct DatabaseSettings {
  std::string conninfo;  // for libpq: DATABASE_URL, or made of DB_*
  std::size_t pool_size = 0;
};

struct SpmSyncSettings {
  std::string url;  // empty: not used
  std::string api_key;
  std::string webhook_secret;  // empty: no webhook
  std::chrono::minutes poll_interval{};
  ports::Severity min_severity{};
  std::chrono::seconds timeout{};
};

// Files or addresses of lists about CVEs; empty: not used.
struct CveSettings {
  std::string kev;
  std::string epss;
  std::string cvss;
};

struct UyuniSettings {
  std::string url;
  std::string user;
  std::string password;
  bool verify_tls = true;
  std::string ca_file;  // empty: the system's
  std::chrono::seconds timeout{};
  std::string test_group_prefix;
  int sync_concurrency = 0;
  std::chrono::minutes sync_interval{};
  std::string time_zone;  // IANA name
};

struct SaltSettings {
  std::string url;  // empty: not used
  std::string user;
  std::string password;
  std::string eauth;
};

struct PrometheusSettings {
  std::string url;  // empty: not used
  std::chrono::seconds timeout{};
  std::uint16_t node_exporter_port = 0;
};

// A test system that is preferred for its OS; either may be absent.
struct TestSystemSettings {
  std::optional<SystemId> id;
  std::string name;
};

struct TestSettings {
  TestSystemSettings ubuntu;
  TestSystemSettings rhel;
  SnapshotType snapshot_type{};
  double cpu_delta_threshold = 0;     // percentage points
  double memory_delta_threshold = 0;  // percentage points
  int max_failed_services = 0;
  std::chrono::seconds wait_after_patch{};
  std::chrono::seconds wait_after_reboot{};
  std::chrono::minutes timeout{};
  std::chrono::seconds metrics_window{};
  bool metrics_required = false;
  bool restore_after_test = false;
  bool rollback_proof_required = true;
  std::chrono::hours keep_snapshots{};
};

struct CheckSettings {
  std::string allowed_networks;  // "10.1.0.0/16, 127.0.0.1"
};

// The weights of the Success Score; points out of 100.
struct ScoreSettings {
  int kernel_penalty = 0;
  int reboot_penalty = 0;
  int config_penalty = 0;
  int dependency_penalty = 0;  // for each
  int dependency_max = 0;
  double size_penalty_per_mb = 0;
  int size_max = 0;
  double history_factor = 0;
  int small_bonus = 0;
};

struct LogSettings {
  std::string level;  // debug, info, warning, error
  std::string file;   // empty: stdout only
};

struct Settings {
  ApiSettings api;
  std::string secret_key;
  SessionSettings sessions;
  OidcSettings oidc;
  DatabaseSettings database;
  SpmSyncSettings spm_sync;
  CveSettings cves;
  UyuniSettings uyuni;
  SaltSettings salt;
  CommandBackend command_backend{};
  PrometheusSettings prometheus;
  TestSettings tests;
  CheckSettings checks;
  ScoreSettings score;
  LogSettings log;
};

// What the settings are needed for, which decides what must be there. Values are checked whatever the purpose.
enum class Purpose {
  Serve,     // everything
  Database,  // migrate: only the database
  Demo,      // the demo provides upstreams, keys and database itself
};

struct Loaded {
  Settings settings;
  std::vector<std::string> warnings;  // for the log: older names, keys that look misspelt
  std::vector<std::string> secrets;   // for log::register_secret
};

using Environment = std::map<std::string, std::string>;

// The environment of this process.
[[nodiscard]] Environment process_environment();

// Environment first, then the file, then defaults; an empty value means "not set". The error names every wrong value at once, one a
// line, and has them in details.problems. A file that is named and cannot be read is an error.
[[nodiscard]] Result<Loaded> load(const Environment& environment, const std::optional<std::filesystem::path>& env_file,
                                  Purpose purpose = Purpose::Serve);

}  // namespace spm::config
