#pragma once
// The time that all orchestrators of one database share: PostgreSQL's. Between two looks at it this machine's steady clock carries it on,
// so that a wrong or jumping wall clock of one host can neither end another's lease nor let a deadline pass.
//
// Safe from any thread. When the database is away the steady clock goes on alone.

#include <atomic>
#include <string>
#include <thread>

#include "base/time.hpp"

namespace spm::db {

class DatabaseClock final : public Clock {
 public:
  // Asks the database once, then every two seconds on a thread of its own. Throws DatabaseError when the first question is not answered.
  explicit DatabaseClock(std::string conninfo);

  [[nodiscard]] Time now() const override;
  // Since when its time has run without a jump: its making, or when the database's own clock was last set by more than a second.
  [[nodiscard]] std::chrono::steady_clock::time_point steady_since() const override;

 private:
  void follow(const std::stop_token& stop);
  void look(class Connection& connection);

  const std::string conninfo_;
  std::atomic<std::int64_t> offset_;        // microseconds from the steady clock's epoch to the database's
  std::atomic<std::int64_t> steady_since_;  // of the steady clock
  std::jthread thread_;
};

}  // namespace spm::db
