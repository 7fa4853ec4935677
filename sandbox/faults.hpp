#pragma once
// Misbehaviour on demand: what the control endpoint asks of one stand-in, applied to its answers. Deterministic from a seed. Safe from any
// thread.

#include <mutex>
#include <random>
#include <string>

#include "http/server.hpp"

namespace spm::sandbox {

struct FaultPlan {
  std::chrono::milliseconds latency{0};
  double error_rate = 0;      // HTTP 502 with an HTML body, as a proxy in front answers
  double drop_rate = 0;       // the connection is closed without an answer, although the request was carried out
  double truncate_rate = 0;   // half of the body
  double duplicate_rate = 0;  // the whole answer twice, as a proxy that repeats itself does
  bool huge = false;          // 50 MB
  bool never_end = false;     // bytes trickle for ever
  bool wrong_type = false;    // well-formed, but not what was asked for
  bool hang = false;          // no answer within any deadline
  std::uint64_t seed = 1;
};

enum class Dialect { XmlRpc, Json, Text };  // what a huge or wrongly typed answer looks like

class Faults {
 public:
  explicit Faults(Dialect dialect) : dialect_(dialect) {}

  void set(const FaultPlan& plan);
  void clear() { set(FaultPlan{}); }
  [[nodiscard]] FaultPlan plan() const;
  // `handler` runs in any case but a 502: a proxy's error means that the server behind it never saw the request.
  [[nodiscard]] http::Reply apply(http::Request& request, const http::Handler& handler);

 private:
  [[nodiscard]] double roll();

  const Dialect dialect_;
  mutable std::mutex mutex_;
  FaultPlan plan_;
  std::mt19937_64 random_{1};
};

}  // namespace spm::sandbox
