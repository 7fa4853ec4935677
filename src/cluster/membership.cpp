#include <fmt/format.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "cluster/cluster.hpp"
#include "cluster/cluster_sql.hpp"
#include "cluster/rules.hpp"
#include "log/log.hpp"

namespace spm::cluster {
namespace {

constexpr std::chrono::hours kRememberFor{24};

}  // namespace

// The time of the start is part of the name: a process id comes back, in a container even at once, and a lease must not seem to be its own.
Node this_node(std::string version) {
  char host[256] = {};
  gethostname(host, sizeof host - 1);
  const auto pid = getpid();
  const auto started = std::chrono::duration_cast<std::chrono::milliseconds>(SystemClock().now().time_since_epoch()).count();
  return {fmt::format("{}-{}-{:x}", host, pid, started), host, pid, std::move(version)};
}

Membership::Membership(db::Pool& pool, const Clock& clock, Node node) : pool_(pool), clock_(clock), node_(std::move(node)) {}

Membership::~Membership() { stop(); }

void Membership::start(std::uint16_t api_port) {
  api_port_ = api_port;
  started_at_ = clock_.now();
  thread_ = std::jthread([this](const std::stop_token& stop) { keep(stop); });
}

void Membership::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  try {
    db::Tx tx(pool_);
    tx.execute(sql::stop_node, {node_.name, clock_.now()});
    tx.commit();
  } catch (const std::exception& error) {
    log::warning("cluster", "the others could not be told that this node stops", {{"error", error.what()}});
  }
}

void Membership::keep(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    try {
      db::Tx tx(pool_);
      const auto now = clock_.now();
      tx.execute(sql::keep_node, {node_.name, node_.host, node_.pid, node_.version, api_port_, started_at_, now});
      tx.execute(sql::forget_nodes, {now - kRememberFor});
      tx.commit();
    } catch (const std::exception& error) {
      log::warning("cluster", "the heartbeat could not be written", {{"error", error.what()}});
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kHeartbeat, [] { return false; });
  }
}

}  // namespace spm::cluster
