// POST /webhook/new-errata: SPM-SYNC tells that it has something new. Who asks is shown by the signature alone, so everything about it is
// checked before anything is done: HMAC-SHA256 over the text of X-SPM-Timestamp followed by the body, near in time, and never seen before.

#include <charconv>

#include "base/signature.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/catalogue_sql.hpp"
#include "catalogue/sync_api.hpp"
#include "log/log.hpp"

namespace spm::catalogue {
namespace {

using http::Request;
using http::Response;

constexpr std::chrono::minutes kNear{5};
// Longer than a signature can be near, on both sides of now.
constexpr std::chrono::minutes kRemembered{11};
constexpr std::string_view kScheme = "sha256=";
constexpr std::string_view kActor = "spm-sync";

tl::unexpected<Error> not_trusted(const Request& request, const std::string& why) {
  log::warning("catalogue", "a delivery of the webhook was refused", {{"from", request.remote_address}, {"why", why}});
  return fail(ErrorCode::Unauthorized, why);
}

std::optional<Time> signed_at(const std::string& text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  if (error != std::errc() || end != text.data() + text.size() || seconds < 0 || seconds > kYear9999) return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

// The signature, once it is known to be right.
Result<std::string> trusted_signature(const Request& request, const std::string& secret, Time now) {
  const auto timestamp = request.header("X-SPM-Timestamp");
  const auto signature = request.header("X-SPM-Signature");
  if (!timestamp || !signature) return not_trusted(request, "this call needs the headers X-SPM-Timestamp and X-SPM-Signature");
  const auto at = signed_at(*timestamp);
  if (!at) return not_trusted(request, "X-SPM-Timestamp must be seconds since 1970");
  const auto expected = std::string(kScheme) + hmac_sha256_hex(secret, *timestamp + request.body);
  if (!equal_in_constant_time(*signature, expected)) return not_trusted(request, "the signature is not valid");
  if (*at < now - kNear || *at > now + kNear) return not_trusted(request, "the timestamp is more than 5 minutes off; check both clocks");
  return expected;
}

struct Webhook {
  db::Pool& pool;
  const Clock& clock;
  std::vector<Source> configured;
  std::string secret;
};

Result<Response> take_delivery(const Webhook& webhook, const Request& request) {
  if (webhook.secret.empty()) return fail(ErrorCode::NotFound, "the webhook is not configured; set SPM_SYNC_WEBHOOK_SECRET");
  const auto now = webhook.clock.now();
  const auto signature = trusted_signature(request, webhook.secret, now);
  if (!signature) return tl::unexpected(signature.error());
  db::Tx tx(webhook.pool);
  tx.execute(sql::forget_deliveries, {now - kRemembered});
  if (tx.execute(sql::remember_delivery, {*signature, now}).empty())
    return fail(ErrorCode::Conflict, "this delivery was received before; nothing was done");
  json::array scheduled;
  for (const auto source : webhook.configured) {
    auto started = start_sync(tx, source, {std::string(kActor), request.remote_address, now});
    if (!started) return tl::unexpected(started.error());
    scheduled.push_back(*std::move(started));
  }
  tx.commit();
  return http::json_response(202, json::object{{"scheduled", std::move(scheduled)}});
}

}  // namespace

std::vector<http::Endpoint> webhook_endpoints(db::Pool& pool, const Clock& clock, std::vector<Source> configured, std::string secret) {
  return {{http::Method::Post, "/api/v1/webhook/new-errata", access::Permission::Open,
           [webhook = Webhook{pool, clock, std::move(configured), std::move(secret)}](const Request& request) {
             return take_delivery(webhook, request);
           }}};
}

}  // namespace spm::catalogue
