#pragma once
// The orchestrators of one database. app/ makes one Membership and one Doorbell a process; the endpoint touches only PostgreSQL.

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::cluster {

struct Node {
  std::string name;  // unique among the processes of all time, for leases and claims
  std::string host;
  std::int64_t pid = 0;
  std::string version;
};

// This process, now.
[[nodiscard]] Node this_node(std::string version);

// Keeps this process's row: at once, every kHeartbeat, and a goodbye at the end. A database that is away is tried again.
class Membership {
 public:
  Membership(db::Pool& pool, const Clock& clock, Node node);
  ~Membership();  // stops
  Membership(const Membership&) = delete;
  Membership& operator=(const Membership&) = delete;

  void start(std::uint16_t api_port);
  void stop();

 private:
  void keep(const std::stop_token& stop);

  db::Pool& pool_;
  const Clock& clock_;
  const Node node_;
  std::uint16_t api_port_ = 0;
  Time started_at_;
  std::jthread thread_;
};

// Listens for the database's word that there is new work, on a connection and a thread of its own, and calls `wake`. A hint only.
class Doorbell {
 public:
  Doorbell(std::string conninfo, std::function<void()> wake);

  void start();
  void stop();

 private:
  void listen(const std::stop_token& stop);

  const std::string conninfo_;
  const std::function<void()> wake_;
  std::jthread thread_;
};

// What GET /cluster answers. Throws DatabaseError.
[[nodiscard]] json::object state(db::Pool& pool, const Clock& clock);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock);

}  // namespace spm::cluster
