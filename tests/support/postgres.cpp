#include "tests/support/postgres.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <filesystem>
#include <mutex>
#include <stdexcept>

#include "db/migrate.hpp"

namespace spm::test {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFolderPrefix = "spm-tests-";
constexpr std::string_view kTemplate = "spm_template";

std::mutex cluster_mutex;
std::unique_ptr<db::Cluster> running_cluster;

void administer(const std::string& sql) {
  db::Connection connection(cluster().conninfo("postgres"), std::chrono::minutes(1));
  connection.run_script(sql);
}

// A test binary that was killed could not stop its cluster: the next one does it.
void remove_abandoned_clusters() {
  for (const auto& entry : fs::directory_iterator(fs::temp_directory_path())) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with(kFolderPrefix)) continue;
    pid_t owner = 0;
    std::from_chars(name.data() + kFolderPrefix.size(), name.data() + name.size(), owner);
    if (owner <= 0 || kill(owner, 0) == 0) continue;
    if (auto abandoned = db::Cluster::start(entry.path(), db::Durability::None)) (*abandoned)->remove();
    std::error_code ignored;
    fs::remove_all(entry.path(), ignored);  // it may have been killed while it removed the folder: then there is no cluster to start
  }
}

std::unique_ptr<db::Cluster> start_cluster() {
  remove_abandoned_clusters();
  const auto folder = fs::temp_directory_path() / fmt::format("{}{}", kFolderPrefix, getpid());
  auto started = db::Cluster::start(folder, db::Durability::None);
  if (!started) throw std::runtime_error(started.error().message);
  db::Connection((*started)->conninfo("postgres")).run_script(fmt::format("CREATE DATABASE {}", kTemplate));
  if (const auto migrated = db::migrate((*started)->conninfo(std::string(kTemplate))); !migrated) {
    (*started)->remove();
    throw std::runtime_error(migrated.error().message);
  }
  return std::move(*started);
}

}  // namespace

db::Cluster& cluster() {
  const std::lock_guard lock(cluster_mutex);
  if (!running_cluster) running_cluster = start_cluster();
  return *running_cluster;
}

void stop_cluster() {
  const std::lock_guard lock(cluster_mutex);
  if (running_cluster) running_cluster->remove();
  running_cluster.reset();
}

TestDatabase::TestDatabase(Contents contents) {
  static std::atomic<int> count{0};
  name_ = fmt::format("test_{}", ++count);
  administer(fmt::format("CREATE DATABASE {} TEMPLATE {}", name_, contents == Contents::Migrated ? kTemplate : "template0"));
  conninfo_ = cluster().conninfo(name_);
  pool_ = std::make_unique<db::Pool>(conninfo_, 16);
}

TestDatabase::~TestDatabase() {
  pool_.reset();
  try {
    administer(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
  } catch (const std::exception&) {
    return;  // the cluster goes with everything in it at the end
  }
}

db::Rows TestDatabase::query(const std::string& sql) {
  static std::atomic<int> count{0};
  const auto name = fmt::format("test.query_{}", ++count);
  return pool_->acquire()->execute({name, sql});
}

}  // namespace spm::test
