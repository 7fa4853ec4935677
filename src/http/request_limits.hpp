#pragma once
// How often somebody may ask: a token bucket for each identity, and stricter ones for each address that tries to get in. In memory, for
// this orchestrator alone: behind several of them the limits add up. Created by app/. Safe from any thread; never blocks.

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "http/dispatcher.hpp"
#include "http/endpoint.hpp"

namespace spm::http {

struct Rate {
  int per_minute = 0;  // 0: no limit
  int burst = 1;       // how many at once after a silence
};

// A set of token buckets by name. The caller gives the time.
class RateLimit {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  explicit RateLimit(Rate rate) : rate_(rate) {}

  // Takes a token; rate_limited with details.retry_after_seconds when there is none.
  [[nodiscard]] Result<void> take(const std::string& name, Instant now);
  // Whether there is one; takes none.
  [[nodiscard]] Result<void> look(const std::string& name, Instant now);

 private:
  struct Bucket {
    double tokens = 0;
    Instant filled_at;
  };
  [[nodiscard]] Bucket& bucket_of(const std::string& name, Instant now);
  [[nodiscard]] Result<void> checked(const Bucket& bucket) const;
  void forget_full(Instant now);

  const Rate rate_;
  std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
};

class RequestLimits {
 public:
  RequestLimits(Rate requests, Rate attempts) : requests_(requests), attempts_(attempts) {}

  // Counts what a known identity asks, and which keys an address got wrong: after too many its keys are not even listened to. Sessions
  // go on.
  [[nodiscard]] Authenticate limited(Authenticate authenticate);
  // Endpoints that are open and change something (a login) count as attempts; those that only tell (health) are free.
  [[nodiscard]] Endpoint limited(Endpoint endpoint);

 private:
  [[nodiscard]] Result<access::Principal> within_share(Result<access::Principal> principal);

  RateLimit requests_;
  RateLimit attempts_;
};

}  // namespace spm::http
