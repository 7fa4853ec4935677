#pragma once
// PostgreSQL: connection, pool, transaction, rows. The only place with libpq-fe.h is db/.
//
// Statements are named and live in the slices' .sql files; tools/embed_sql.py turns `-- name: claim_due` of engine/engine.sql into
// spm::engine::sql::claim_due. Parameters are always bound, never pasted. A failed statement throws DatabaseError: what a caller's
// input can cause must have been checked before, or is expected by name (see DatabaseError::constraint()).

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/value.hpp>

#include "base/error.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

struct pg_conn;
struct pg_result;

namespace spm::db {

struct Statement {
  std::string_view name;  // "engine.claim_due": unique in the program
  std::string_view text;
};

// One bound parameter in text form; null when absent.
class Param {
 public:
  Param(std::nullopt_t) {}                                       // NOLINT(google-explicit-constructor)
  Param(const char* text) : text_(text) {}                       // NOLINT(google-explicit-constructor)
  Param(std::string text) : text_(std::move(text)) {}            // NOLINT(google-explicit-constructor)
  Param(std::string_view text) : text_(text) {}                  // NOLINT(google-explicit-constructor)
  Param(std::int64_t number) : text_(std::to_string(number)) {}  // NOLINT(google-explicit-constructor)
  Param(int number) : text_(std::to_string(number)) {}           // NOLINT(google-explicit-constructor)
  Param(double number);                                          // NOLINT(google-explicit-constructor)
  Param(bool flag) : text_(flag ? "t" : "f") {}                  // NOLINT(google-explicit-constructor)
  Param(Time time) : text_(format_time_micros(time)) {}          // NOLINT(google-explicit-constructor)
  Param(const json::value& value);                               // NOLINT(google-explicit-constructor): jsonb
  Param(const json::object& value);                              // NOLINT(google-explicit-constructor)
  Param(const json::array& value);                               // NOLINT(google-explicit-constructor)
  Param(const AdvisoryName& name) : text_(name.value) {}         // NOLINT(google-explicit-constructor)
  Param(const std::vector<std::string>& items);                  // NOLINT(google-explicit-constructor): text[]
  Param(const std::vector<std::int64_t>& items);                 // NOLINT(google-explicit-constructor): bigint[]
  template <class Tag>
  Param(Id<Tag> id) : Param(id.value) {}  // NOLINT(google-explicit-constructor)
  template <class T>
  Param(const std::optional<T>& value) {  // NOLINT(google-explicit-constructor)
    if (value) *this = Param(*value);
  }
  [[nodiscard]] const std::optional<std::string>& text() const { return text_; }

 private:
  static std::string format_time_micros(Time time);
  std::optional<std::string> text_;
};
using Params = std::initializer_list<Param>;

class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& message, std::string sqlstate, std::string constraint);
  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }      // "23505"; empty when the connection is gone
  [[nodiscard]] const std::string& constraint() const { return constraint_; }  // the violated constraint's name, or empty
  [[nodiscard]] bool is_connection_lost() const;
  [[nodiscard]] bool is_serialization() const { return sqlstate_ == "40001" || sqlstate_ == "40P01"; }

 private:
  std::string sqlstate_;
  std::string constraint_;
};

class Rows;

// A view of one row; valid as long as its Rows. A column that does not exist, a NULL for a non-optional type or an unreadable
// value throws std::logic_error: the statement and the code disagree.
class Row {
 public:
  [[nodiscard]] bool is_null(std::string_view column) const;
  [[nodiscard]] std::string text(std::string_view column) const;
  [[nodiscard]] std::int64_t integer(std::string_view column) const;
  [[nodiscard]] double real(std::string_view column) const;
  [[nodiscard]] bool boolean(std::string_view column) const;
  [[nodiscard]] Time time(std::string_view column) const;                       // timestamptz; connections run with TimeZone=UTC
  [[nodiscard]] json::value json_value(std::string_view column) const;          // json/jsonb
  [[nodiscard]] std::vector<std::string> texts(std::string_view column) const;  // text[]
  [[nodiscard]] std::optional<std::string> text_or_null(std::string_view column) const;
  [[nodiscard]] std::optional<std::int64_t> integer_or_null(std::string_view column) const;
  [[nodiscard]] std::optional<double> real_or_null(std::string_view column) const;
  [[nodiscard]] std::optional<Time> time_or_null(std::string_view column) const;

 private:
  friend class Rows;
  Row(const pg_result* result, int index) : result_(result), index_(index) {}
  [[nodiscard]] int column(std::string_view name) const;
  [[nodiscard]] std::string_view raw(std::string_view column) const;
  const pg_result* result_;
  int index_;
};

class Rows {
 public:
  explicit Rows(pg_result* result);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] Row operator[](std::size_t index) const;
  [[nodiscard]] std::int64_t affected() const;  // rows that an INSERT, UPDATE or DELETE touched

  class Iterator {
   public:
    Iterator(const Rows* rows, std::size_t index) : rows_(rows), index_(index) {}
    Row operator*() const { return (*rows_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return index_ != other.index_; }

   private:
    const Rows* rows_;
    std::size_t index_;
  };
  [[nodiscard]] Iterator begin() const { return {this, 0}; }
  [[nodiscard]] Iterator end() const { return {this, size()}; }

 private:
  std::shared_ptr<pg_result> result_;
};

// One session. One thread at a time. Prepares each named statement on first use.
class Connection {
 public:
  // `conninfo` is a libpq connection string or URL. Throws DatabaseError with a message that names host, port and database.
  explicit Connection(const std::string& conninfo, std::chrono::milliseconds statement_timeout = std::chrono::seconds(15));
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Rows execute(const Statement& statement, Params params = {});
  // For migrations and administration: text known at compile time or read from an embedded file, without parameters.
  void run_script(const std::string& sql);
  [[nodiscard]] bool is_usable() const;
  [[nodiscard]] pg_conn* handle() { return connection_; }
  // Waits for a NOTIFY on the LISTENed channels, at most `wait`; the channel's name, or nullopt.
  [[nodiscard]] std::optional<std::string> wait_for_notification(std::chrono::milliseconds wait);

 private:
  pg_conn* connection_;
  std::vector<std::string> prepared_;
};

// A bounded set of connections. Safe from any thread. acquire() waits at most `acquire_timeout`, then throws DatabaseError.
class Pool {
 public:
  Pool(std::string conninfo, std::size_t size, std::chrono::milliseconds acquire_timeout = std::chrono::seconds(5));
  ~Pool();

  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection);
    Lease(Lease&&) noexcept;
    ~Lease();  // gives the connection back, or drops it when it is broken
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return connection_.get(); }

   private:
    Pool* pool_;
    std::unique_ptr<Connection> connection_;
  };
  [[nodiscard]] Lease acquire();
  [[nodiscard]] const std::string& conninfo() const { return conninfo_; }

 private:
  std::string conninfo_;
  std::size_t size_;
  std::chrono::milliseconds acquire_timeout_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t open_ = 0;
};

// A transaction: rolled back unless commit() returned. READ COMMITTED; rows are locked by the statements themselves.
class Tx {
 public:
  explicit Tx(Pool& pool);
  ~Tx();
  Tx(const Tx&) = delete;
  Tx& operator=(const Tx&) = delete;

  Rows execute(const Statement& statement, Params params = {});
  void commit();

 private:
  Pool::Lease lease_;
  bool open_ = true;
};

}  // namespace spm::db
