#include "db/database_clock.hpp"

#include <condition_variable>
#include <cstdlib>
#include <memory>
#include <mutex>

#include "db/db.hpp"
#include "log/log.hpp"

namespace spm::db {
namespace {

using std::chrono::microseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kLookEvery{2};
constexpr microseconds kDrift{1'000'000};  // more is a clock that was set, not one that drifts
constexpr Statement kAsk{"database_clock.ask", "SELECT clock_timestamp() AS now"};

microseconds steady_now() { return std::chrono::duration_cast<microseconds>(steady_clock::now().time_since_epoch()); }

// The answer stands for the middle of the time that it took, so it is wrong by at most half of that.
struct Reading {
  microseconds offset;
  microseconds uncertainty;
};

Reading read(Connection& connection) {
  const auto asked = steady_now();
  const Time answer = connection.execute(kAsk)[0].time("now");
  const auto answered = steady_now();
  return {answer.time_since_epoch() - (asked + answered) / 2, (answered - asked) / 2};
}

}  // namespace

DatabaseClock::DatabaseClock(std::string conninfo) : conninfo_(std::move(conninfo)), steady_since_(steady_now().count()) {
  Connection connection(conninfo_);
  offset_ = read(connection).offset.count();
  thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
}

Time DatabaseClock::now() const { return Time(steady_now() + microseconds(offset_)); }

steady_clock::time_point DatabaseClock::steady_since() const { return steady_clock::time_point(microseconds(steady_since_)); }

void DatabaseClock::look(Connection& connection) {
  const auto reading = read(connection);
  const auto wrong_by = microseconds(std::abs(reading.offset.count() - offset_));
  if (wrong_by <= reading.uncertainty) return;
  if (wrong_by - reading.uncertainty > kDrift) {
    // First, so that nobody sees the new time and takes it for one that ran on.
    steady_since_ = steady_now().count();
    log::warning("db", "the database's clock was set; nobody's work is taken over for the length of one lease",
                 {{"by_ms", wrong_by.count() / 1000}});
  }
  offset_ = reading.offset.count();
}

void DatabaseClock::follow(const std::stop_token& stop) {
  std::unique_ptr<Connection> connection;
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stop.stop_requested()) {
    try {
      if (!connection) connection = std::make_unique<Connection>(conninfo_);
      look(*connection);
    } catch (const DatabaseError&) {
      connection.reset();  // whoever needs the database says so; here the steady clock goes on
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, kLookEvery, [] { return false; });
  }
}

}  // namespace spm::db
