#include "db/db.hpp"

namespace spm::db {

Pool::Pool(std::string conninfo, std::size_t size, std::chrono::milliseconds acquire_timeout)
    : conninfo_(std::move(conninfo)), size_(size), acquire_timeout_(acquire_timeout) {}

Pool::~Pool() = default;

Pool::Lease Pool::acquire() {
  std::unique_lock lock(mutex_);
  const auto is_available = [this] { return !idle_.empty() || open_ < size_; };
  if (!returned_.wait_for(lock, acquire_timeout_, is_available)) {
    throw DatabaseError("no database connection became free within " + std::to_string(acquire_timeout_.count()) + " ms: all " +
                            std::to_string(size_) + " are in use; raise DB_POOL_SIZE if this happens often",
                        "53300", "");
  }
  while (!idle_.empty()) {
    auto connection = std::move(idle_.back());
    idle_.pop_back();
    if (connection->is_usable()) return {*this, std::move(connection)};
    --open_;
  }
  ++open_;
  lock.unlock();
  try {
    return {*this, std::make_unique<Connection>(conninfo_)};
  } catch (...) {
    lock.lock();
    --open_;
    lock.unlock();
    returned_.notify_one();
    throw;
  }
}

Pool::Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection) : pool_(&pool), connection_(std::move(connection)) {}

Pool::Lease::Lease(Lease&& other) noexcept : pool_(other.pool_), connection_(std::move(other.connection_)) {}

Pool::Lease::~Lease() {
  if (!connection_) return;
  const bool keep = connection_->is_usable();
  if (!keep) connection_.reset();
  {
    const std::lock_guard lock(pool_->mutex_);
    if (keep) {
      pool_->idle_.push_back(std::move(connection_));
    } else {
      --pool_->open_;
    }
  }
  pool_->returned_.notify_one();
}

}  // namespace spm::db
