#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>

#include "db/db.hpp"
#include "log/log.hpp"

namespace spm::db {
namespace {

constexpr std::size_t kMaxParams = 64;

std::string trimmed(const char* text) {
  std::string out = text == nullptr ? "" : text;
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

void log_notice(void*, const char* message) { log::warning("db", trimmed(message)); }

// Settings travel in the start-up packet: no round trip, and they win over those of the role and of the database.
std::string session_options(std::chrono::milliseconds statement_timeout) {
  return "-c statement_timeout=" + std::to_string(statement_timeout.count()) +
         " -c idle_in_transaction_session_timeout=60000 -c client_min_messages=warning -c TimeZone=UTC -c DateStyle=ISO,YMD";
}

pg_conn* connect(const std::string& conninfo, std::chrono::milliseconds statement_timeout) {
  const auto options = session_options(statement_timeout);
  // Of two values for one keyword libpq takes the later: what stands before dbname is a default, what stands after it is fixed.
  const std::array keywords{"application_name",
                            "connect_timeout",
                            "keepalives",
                            "keepalives_idle",
                            "keepalives_interval",
                            "keepalives_count",
                            "tcp_user_timeout",
                            "dbname",
                            "options",
                            "client_encoding",
                            static_cast<const char*>(nullptr)};
  const std::array values{
      "spm-orchestrator", "5", "1", "30", "10", "3", "30000", conninfo.c_str(), options.c_str(), "UTF8", static_cast<const char*>(nullptr)};
  return PQconnectdbParams(keywords.data(), values.data(), 1);
}

std::string field(const pg_result* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? "" : text;
}

[[noreturn]] void throw_lost(pg_conn* connection, const std::string& what) {
  throw DatabaseError(what + ": the connection to PostgreSQL was lost (" + trimmed(PQerrorMessage(connection)) + ")", "", "");
}

[[noreturn]] void throw_failed(pg_conn* connection, const pg_result* result, const std::string& what) {
  const auto sqlstate = field(result, PG_DIAG_SQLSTATE);
  if (PQstatus(connection) != CONNECTION_OK && sqlstate.empty()) throw_lost(connection, what);
  auto message = what + " failed: " + field(result, PG_DIAG_MESSAGE_PRIMARY);
  const auto detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  // "Failing row contains (…)" would put a whole row, secrets included, into logs.
  if (!detail.empty() && !detail.starts_with("Failing row")) message += " (" + detail + ")";
  throw DatabaseError(message + " [" + sqlstate + "]", sqlstate, field(result, PG_DIAG_CONSTRAINT_NAME));
}

// Takes ownership of `result`.
Rows checked(pg_conn* connection, pg_result* result, const std::string& what) {
  if (result == nullptr) throw_lost(connection, what);
  Rows rows(result);
  const auto status = PQresultStatus(result);
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) throw_failed(connection, result, what);
  return rows;
}

}  // namespace

DatabaseError::DatabaseError(const std::string& message, std::string sqlstate, std::string constraint)
    : std::runtime_error(message), sqlstate_(std::move(sqlstate)), constraint_(std::move(constraint)) {}

// 08: connection exceptions. 57P01 to 57P05: the server shuts down, crashed, starts up, dropped the database, or timed the session out.
bool DatabaseError::is_connection_lost() const { return sqlstate_.empty() || sqlstate_.starts_with("08") || sqlstate_.starts_with("57P"); }

Connection::Connection(const std::string& conninfo, std::chrono::milliseconds statement_timeout)
    : connection_(connect(conninfo, statement_timeout)) {
  if (PQstatus(connection_) == CONNECTION_OK) {
    PQsetNoticeProcessor(connection_, log_notice, nullptr);
    return;
  }
  const auto known = [](const char* text) { return text == nullptr || *text == '\0' ? std::string("(default)") : std::string(text); };
  const auto message = "cannot connect to PostgreSQL at host " + known(PQhost(connection_)) + ", port " + known(PQport(connection_)) +
                       ", database " + known(PQdb(connection_)) + ": " + trimmed(PQerrorMessage(connection_));
  PQfinish(connection_);
  throw DatabaseError(message, "", "");
}

Connection::~Connection() { PQfinish(connection_); }

Rows Connection::execute(const Statement& statement, Params params) {
  const std::string name(statement.name);
  const auto what = "statement " + name;
  if (params.size() > kMaxParams) throw std::logic_error(what + " has more than " + std::to_string(kMaxParams) + " parameters");
  std::array<const char*, kMaxParams> values{};
  std::size_t count = 0;
  for (const auto& param : params) {
    if (param.text() && param.text()->find('\0') != std::string::npos) {
      throw DatabaseError(what + ": parameter $" + std::to_string(count + 1) + " holds a NUL character, which PostgreSQL cannot store",
                          "22021", "");
    }
    values[count++] = param.text() ? param.text()->c_str() : nullptr;
  }
  const auto place = std::lower_bound(prepared_.begin(), prepared_.end(), name);
  if (place == prepared_.end() || *place != name) {
    checked(connection_, PQprepare(connection_, name.c_str(), std::string(statement.text).c_str(), 0, nullptr), "preparing " + what);
    prepared_.insert(place, name);
  }
  return checked(connection_, PQexecPrepared(connection_, name.c_str(), static_cast<int>(count), values.data(), nullptr, nullptr, 0), what);
}

void Connection::run_script(const std::string& sql) { checked(connection_, PQexec(connection_, sql.c_str()), "the script"); }

// A server that went away while the connection was idle has left its farewell in the socket: read it, or the next user meets it.
bool Connection::is_usable() const {
  if (PQstatus(connection_) != CONNECTION_OK || PQtransactionStatus(connection_) != PQTRANS_IDLE) return false;
  pollfd socket{PQsocket(connection_), POLLIN, 0};
  for (int reads = 0; reads < 4 && poll(&socket, 1, 0) > 0; ++reads) {
    if (PQconsumeInput(connection_) == 0 || PQstatus(connection_) != CONNECTION_OK) return false;
  }
  return true;
}

std::optional<std::string> Connection::wait_for_notification(std::chrono::milliseconds wait) {
  const auto deadline = std::chrono::steady_clock::now() + wait;
  while (true) {
    if (PQconsumeInput(connection_) == 0) throw_lost(connection_, "waiting for a notification");
    if (auto* found = PQnotifies(connection_)) {
      std::string channel = found->relname;
      PQfreemem(found);
      return channel;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd socket{PQsocket(connection_), POLLIN, 0};
    poll(&socket, 1, static_cast<int>(left.count()));
  }
}

}  // namespace spm::db
