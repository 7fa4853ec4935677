#pragma once
// Idempotency-Key: a caller that does not know whether its request arrived repeats it with the same key, and the work is done once.
// Given to the dispatcher as run_once. Safe from any thread; blocks on the database; several orchestrators share the table.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "db/db.hpp"
#include "http/message.hpp"

namespace spm::http {

class IdempotencyKeys {
 public:
  // Both must outlive this object.
  IdempotencyKeys(db::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  // The first request with this key of this actor runs `work` and keeps a successful answer for 24 hours; the same request gets that
  // answer again. conflict: another route or body, or the first one still runs. After an error the key is free again, because nothing
  // was changed; only when the database was lost in the middle it stays taken, because then nobody knows.
  // Durability: the key is committed before `work` starts, the answer after it ended.
  [[nodiscard]] Result<Response> run_once(const Request& request, const std::string& key, std::string_view route,
                                          const std::function<Result<Response>()>& work);

  // For a periodic task; how many were deleted.
  std::int64_t delete_expired();

 private:
  struct Claim;
  [[nodiscard]] bool try_claim(const Claim& claim);
  [[nodiscard]] Result<Response> earlier_answer(const Claim& claim);
  [[nodiscard]] Result<Response> work_claimed(const Claim& claim, const std::function<Result<Response>()>& work);
  void release(const Claim& claim);

  db::Pool& pool_;
  const Clock& clock_;
};

}  // namespace spm::http
