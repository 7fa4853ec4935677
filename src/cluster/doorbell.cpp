#include <condition_variable>
#include <memory>
#include <mutex>

#include "cluster/cluster.hpp"

namespace spm::cluster {
namespace {

constexpr std::chrono::milliseconds kLook{500};  // how long a stop may have to wait
constexpr std::chrono::seconds kReconnect{2};

}  // namespace

Doorbell::Doorbell(std::string conninfo, std::function<void()> wake) : conninfo_(std::move(conninfo)), wake_(std::move(wake)) {}

void Doorbell::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) { listen(stop); });
}

void Doorbell::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

// Without the database there is no work to be told of, and whoever needs it says that it is away.
void Doorbell::listen(const std::stop_token& stop) {
  std::unique_ptr<db::Connection> connection;
  std::mutex mutex;
  std::condition_variable_any never;
  while (!stop.stop_requested()) {
    try {
      if (!connection) {
        connection = std::make_unique<db::Connection>(conninfo_);
        connection->run_script("LISTEN spm_work");
        wake_();  // what came before is found by looking
      }
      if (connection->wait_for_notification(kLook)) wake_();
    } catch (const db::DatabaseError&) {
      connection.reset();
      std::unique_lock lock(mutex);
      never.wait_for(lock, stop, kReconnect, [] { return false; });
    }
  }
}

}  // namespace spm::cluster
