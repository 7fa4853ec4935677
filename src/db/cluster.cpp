#include "db/cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <fstream>
#include <optional>

#include "db/process.hpp"

namespace spm::db {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = ".spm-orchestrator-cluster";
constexpr std::size_t kMaxFolderLength = 80;  // a socket's path holds 107 characters

tl::unexpected<Error> refuse(std::string message) { return fail(ErrorCode::ServiceUnavailable, std::move(message)); }

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

bool has_server(const fs::path& binaries) { return fs::exists(binaries / "initdb") && fs::exists(binaries / "pg_ctl"); }

// Debian keeps each major version in a folder of its own, outside PATH. Data can be used by the version that made them alone.
std::optional<fs::path> find_binaries(const std::string& wanted_version) {
  std::optional<fs::path> best;
  int best_version = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored)) {
    const auto name = entry.path().filename().string();
    int version = 0;
    std::from_chars(name.data(), name.data() + name.size(), version);
    const bool suits = wanted_version.empty() ? version > best_version : name == wanted_version;
    if (suits && has_server(entry.path() / "bin")) {
      best = entry.path() / "bin";
      best_version = version;
    }
  }
  if (best) return best;
  auto configured = run_process({"pg_config", "--bindir"}, RunAs::Self);
  while (configured.output.ends_with('\n')) configured.output.pop_back();
  if (configured.exit_code == 0 && has_server(configured.output)) return configured.output;
  return std::nullopt;
}

// The account that the server runs as, when that is not our own.
std::optional<passwd> server_account() {
  if (geteuid() != 0) return std::nullopt;
  const auto* account = getpwnam("postgres");
  if (account == nullptr) return std::nullopt;
  return *account;
}

void give_to_server(const fs::path& path) {
  if (const auto account = server_account()) {
    if (chown(path.c_str(), account->pw_uid, account->pw_gid) != 0) return;  // the server then says what it cannot read
  }
}

// For postgresql.conf, and for a libpq connection string.
std::string conf_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}
std::string conninfo_quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

}  // namespace

Cluster::Cluster(fs::path folder, Durability durability) : folder_(std::move(folder)), durability_(durability) {}

Cluster::~Cluster() {
  stop();
  if (lock_ >= 0) close(lock_);
}

Result<std::unique_ptr<Cluster>> Cluster::start(const fs::path& folder, Durability durability) {
  std::unique_ptr<Cluster> cluster(new Cluster(fs::absolute(folder).lexically_normal(), durability));
  if (auto claimed = cluster->claim_folder(); !claimed) return tl::unexpected<Error>(claimed.error());
  const auto version = first_line(cluster->folder_ / "data" / "PG_VERSION");
  const auto binaries = find_binaries(version);
  if (!binaries) {
    return refuse(version.empty() ? "no PostgreSQL server is installed: apt-get install postgresql"
                                  : fmt::format("{} was made by PostgreSQL {}, which is not installed: install it, or remove the folder",
                                                cluster->folder_.string(), version));
  }
  cluster->binaries_ = *binaries;
  if (auto created = cluster->create_data(); !created) return tl::unexpected<Error>(created.error());
  if (auto started = cluster->start_again(); !started) return tl::unexpected<Error>(started.error());
  return cluster;
}

Result<void> Cluster::claim_folder() {
  if (folder_.string().size() > kMaxFolderLength) {
    return refuse(
        fmt::format("{}: the path is too long for a Unix socket; choose one of at most {} characters", folder_.string(), kMaxFolderLength));
  }
  if (geteuid() == 0 && !server_account()) return refuse("there is no user 'postgres': apt-get install postgresql");
  std::error_code problem;
  const auto marker = folder_ / kMarker;
  if (fs::exists(folder_, problem) && !fs::exists(marker, problem) && !fs::is_empty(folder_, problem)) {
    return refuse(fmt::format("{} is not empty and was not made by this program; choose another folder", folder_.string()));
  }
  fs::create_directories(folder_ / "socket", problem);
  lock_ = open(marker.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) return refuse(fmt::format("{} cannot be written: choose a folder in which you may create files", folder_.string()));
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) return refuse(fmt::format("{} is in use by another running program", folder_.string()));
  for (const auto& path : {folder_, folder_ / "socket"}) {
    fs::permissions(path, fs::perms::owner_all, problem);
    give_to_server(path);
  }
  if (run_process({"test", "-w", folder_.string()}, RunAs::Postgres).exit_code != 0) {
    return refuse(
        fmt::format("the user 'postgres' cannot reach {}: choose a folder whose parents everybody may enter, for example below /var/tmp",
                    folder_.string()));
  }
  return {};
}

// Made under another name first: what is called "data" is complete.
Result<void> Cluster::create_data() const {
  const auto data = folder_ / "data";
  const auto unfinished = folder_ / "data.new";
  if (fs::exists(data)) return {};
  std::error_code problem;
  fs::remove_all(unfinished, problem);
  const auto made =
      run_process({binaries_ / "initdb", "-D", unfinished, "-U", "spm", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"},
                  RunAs::Postgres);
  if (made.exit_code != 0) return refuse("initdb failed: " + made.output);
  fs::rename(unfinished, data, problem);
  if (problem) return refuse(fmt::format("{}: {}", data.string(), problem.message()));
  return {};
}

// Written at every start: the folder may have been moved.
Result<void> Cluster::write_settings() const {
  const auto file = folder_ / "data" / "postgresql.auto.conf";
  std::ofstream out(file, std::ios::trunc);
  out << "listen_addresses = ''\n"
      << "unix_socket_directories = " << conf_quoted('"' + (folder_ / "socket").string() + '"') << "\n"
      << "unix_socket_permissions = 0700\nport = 5432\nmax_connections = 200\nshared_buffers = '64MB'\n"
      << "timezone = 'UTC'\nlog_timezone = 'UTC'\nlog_min_messages = warning\njit = off\n";
  // synchronous_commit stays on: what was committed must survive crash(), which is cheap without fsync.
  if (durability_ == Durability::None) {
    out << "fsync = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\nautovacuum = off\n";
  }
  out.close();
  if (!out) return refuse(file.string() + " cannot be written");
  give_to_server(file);
  return {};
}

Result<void> Cluster::control(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command{binaries_ / "pg_ctl", "-D", folder_ / "data", "-w", "-t", "60", "-s"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto done = run_process(std::move(command), RunAs::Postgres);
  if (done.exit_code != 0)
    return refuse(fmt::format("pg_ctl {} failed: {}; see {}", arguments.front(), done.output, (folder_ / "server.log").string()));
  return {};
}

Result<void> Cluster::start_again() {
  if (PQping(conninfo("postgres").c_str()) == PQPING_OK) {
    is_started_ = true;
    return {};
  }
  if (auto written = write_settings(); !written) return written;
  auto started = control({"start", "-l", folder_ / "server.log"});
  is_started_ = started.has_value();
  return started;
}

void Cluster::stop() {
  if (!std::exchange(is_started_, false)) return;
  if (!control({"stop", "-m", "fast"})) static_cast<void>(control({"stop", "-m", "immediate"}));
}

void Cluster::crash() {
  is_started_ = false;
  static_cast<void>(control({"stop", "-m", "immediate"}));
}

void Cluster::remove() {
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string Cluster::conninfo(const std::string& database) const {
  return fmt::format("host={} port=5432 user=spm dbname={}", conninfo_quoted((folder_ / "socket").string()), conninfo_quoted(database));
}

}  // namespace spm::db
