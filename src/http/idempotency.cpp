#include "http/idempotency.hpp"

#include <fmt/format.h>

#include <chrono>
#include <stdexcept>

#include "base/digest.hpp"
#include "http/http_sql.hpp"
#include "log/log.hpp"

namespace spm::http {
namespace {

constexpr auto kKept = std::chrono::hours(24);

// The body as text, not as a value: it is answered again byte for byte.
json::object stored(const Response& response) {
  json::object headers;
  for (const auto& [name, value] : response.headers) headers[name] = value;
  return {{"headers", std::move(headers)}, {"body", response.body}};
}

Response restored(int status, const json::value& answer) {
  Response response{status, {}, std::string(answer.at("body").as_string())};
  for (const auto& [name, value] : answer.at("headers").as_object()) response.headers.emplace(name, value.as_string());
  response.headers.emplace("Idempotency-Replayed", "true");
  return response;
}

}  // namespace

struct IdempotencyKeys::Claim {
  const std::string& key;
  const std::string& actor;
  std::string_view route;
  std::string body_hash;
  Time at;
};

Result<Response> IdempotencyKeys::run_once(const Request& request, const std::string& key, std::string_view route,
                                           const std::function<Result<Response>()>& work) {
  const Claim claim{key, request.principal.actor, route, sha256_hex(request.body), clock_.now()};
  if (!try_claim(claim)) return earlier_answer(claim);
  return work_claimed(claim, work);
}

bool IdempotencyKeys::try_claim(const Claim& claim) {
  const auto rows = pool_.acquire()->execute(sql::claim_idempotency_key,
                                             {claim.key, claim.actor, claim.route, claim.body_hash, claim.at, claim.at - kKept});
  return !rows.empty();
}

Result<Response> IdempotencyKeys::earlier_answer(const Claim& claim) {
  const auto rows = pool_.acquire()->execute(sql::find_idempotency_key, {claim.actor, claim.key});
  if (rows.empty()) return fail(ErrorCode::Conflict, "the request with this Idempotency-Key has just failed; repeat it");
  const auto row = rows[0];
  if (row.text("route") != claim.route || row.text("body_hash") != claim.body_hash) {
    return fail(ErrorCode::Conflict, fmt::format("this Idempotency-Key was used for another request at {}; take a new key",
                                                 format_time(row.time("created_at"))));
  }
  const auto status = row.integer_or_null("status");
  if (!status) {
    return fail(
        ErrorCode::Conflict,
        fmt::format("the request with this Idempotency-Key is still running since {}; repeat it later for its answer. If it never ends, "
                    "the service stopped in the middle: look whether the work was done, and take a new key",
                    format_time(row.time("created_at"))));
  }
  return restored(static_cast<int>(*status), row.json_value("answer"));
}

Result<Response> IdempotencyKeys::work_claimed(const Claim& claim, const std::function<Result<Response>()>& work) {
  Result<Response> result;
  try {
    result = work();
  } catch (const db::DatabaseError& error) {
    if (!error.is_connection_lost()) release(claim);
    throw;
  } catch (...) {
    release(claim);
    throw;
  }
  if (!result) {
    release(claim);
    return result;
  }
  pool_.acquire()->execute(sql::store_idempotent_answer, {claim.actor, claim.key, claim.at, result->status, stored(*result)});
  return result;
}

// A failure here must not hide the reason why the key is given back; the key is then taken for a day.
void IdempotencyKeys::release(const Claim& claim) {
  try {
    pool_.acquire()->execute(sql::release_idempotency_key, {claim.actor, claim.key, claim.at});
  } catch (const db::DatabaseError& error) {
    log::warning("http", "an Idempotency-Key could not be given back and is taken for 24 hours",
                 {{"actor", claim.actor}, {"cause", error.what()}});
  }
}

std::int64_t IdempotencyKeys::delete_expired() {
  return pool_.acquire()->execute(sql::delete_expired_idempotency_keys, {Time(clock_.now() - kKept)}).affected();
}

}  // namespace spm::http
