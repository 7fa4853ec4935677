#include "http/request_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/networks.hpp"

namespace spm::http {
namespace {

using std::chrono::duration;
using std::chrono::steady_clock;

// Who sends no key guesses none: so asks, several times for a page, every browser that has no session or whose session is over, and there
// may be a whole hospital of them behind one address. Nobody guesses a session: it is 256 random bits.
bool presents_key(const Request& request) {
  return request.headers.contains("Authorization") || request.headers.contains("X-API-Key") || request.headers.contains("X-SPM-Key");
}

constexpr std::size_t kMaxBuckets = 20'000;
constexpr std::size_t kLongestName = 256;
constexpr std::string_view kLoginByLink = "/api/v1/auth/oidc/login";  // a GET, because a browser goes there; it begins a login all the same

}  // namespace

RateLimit::Bucket& RateLimit::bucket_of(const std::string& name, Instant now) {
  if (buckets_.size() >= kMaxBuckets) forget_full(now);
  const double burst = rate_.burst;
  auto& bucket = buckets_.try_emplace(name.substr(0, kLongestName), Bucket{burst, now}).first->second;
  const double minutes = std::max(0.0, duration<double, std::ratio<60>>(now - bucket.filled_at).count());
  bucket.tokens = std::min(burst, bucket.tokens + minutes * rate_.per_minute);
  bucket.filled_at = now;
  return bucket;
}

// A full bucket says no more than none. When all are in use the table starts anew: memory has a bound, whoever asks.
void RateLimit::forget_full(Instant now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const double minutes = duration<double, std::ratio<60>>(now - entry.second.filled_at).count();
    return entry.second.tokens + minutes * rate_.per_minute >= rate_.burst;
  });
  if (buckets_.size() >= kMaxBuckets) buckets_.clear();
}

Result<void> RateLimit::checked(const Bucket& bucket) const {
  if (bucket.tokens >= 1) return {};
  const auto seconds = std::max<std::int64_t>(1, std::llround(std::ceil((1 - bucket.tokens) * 60 / rate_.per_minute)));
  return fail(ErrorCode::RateLimited, fmt::format("too many requests; try again in {} seconds", seconds),
              {{"retry_after_seconds", seconds}});
}

Result<void> RateLimit::look(const std::string& name, Instant now) {
  if (rate_.per_minute == 0) return {};
  const std::lock_guard lock(mutex_);
  return checked(bucket_of(name, now));
}

Result<void> RateLimit::take(const std::string& name, Instant now) {
  if (rate_.per_minute == 0) return {};
  const std::lock_guard lock(mutex_);
  auto& bucket = bucket_of(name, now);
  auto allowed = checked(bucket);
  if (allowed) bucket.tokens -= 1;
  return allowed;
}

Authenticate RequestLimits::limited(Authenticate authenticate) {
  return [this, authenticate = std::move(authenticate)](const Request& request) -> Result<access::Principal> {
    if (!presents_key(request)) return within_share(authenticate(request));
    const auto now = steady_clock::now();
    const auto address = household_of(request.remote_address);
    if (const auto allowed = attempts_.look(address, now); !allowed) return tl::unexpected<Error>(allowed.error());
    auto principal = authenticate(request);
    if (!principal && principal.error().code == ErrorCode::Unauthorized) (void)attempts_.take(address, now);
    return within_share(std::move(principal));
  };
}

Result<access::Principal> RequestLimits::within_share(Result<access::Principal> principal) {
  if (!principal) return principal;
  if (const auto allowed = requests_.take(principal->actor, steady_clock::now()); !allowed) return tl::unexpected<Error>(allowed.error());
  return principal;
}

Endpoint RequestLimits::limited(Endpoint endpoint) {
  const bool only_tells = endpoint.method == Method::Get && endpoint.path != kLoginByLink;
  if (endpoint.permission != access::Permission::Open || only_tells) return endpoint;
  endpoint.handle = [this, handle = std::move(endpoint.handle)](const Request& request) -> Result<Response> {
    const auto allowed = attempts_.take(household_of(request.remote_address), steady_clock::now());
    if (!allowed) return tl::unexpected<Error>(allowed.error());
    return handle(request);
  };
  return endpoint;
}

}  // namespace spm::http
