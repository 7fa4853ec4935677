#include "http/answer_cache.hpp"

#include <boost/json/serialize.hpp>
#include <chrono>
#include <utility>

#include "access/scope.hpp"
#include "http/http_sql.hpp"

namespace spm::http {
namespace {

constexpr std::chrono::seconds kLongest{1};            // ages and deadlines are shown in seconds
constexpr std::size_t kMaxBytes = 16UL * 1024 * 1024;  // of bodies; beyond it the cache starts anew
constexpr std::size_t kMaxBodyBytes = kMaxBytes / 16;

// No part can hold a NUL (parse_query refuses it). One caller's answer is never another's: what is shown may depend on who asks.
std::string key_of(const Request& request) {
  std::string key = request.path;
  for (const auto& [name, value] : request.query) key.append(1, '\0').append(name).append(1, '\0').append(value);
  key.append(1, '\0').append(request.principal.actor).append(1, '\0');
  if (const auto scope = access::filter_of(request.principal.scope)) key += json::serialize(*scope);
  return key;
}

}  // namespace

std::string AnswerCache::snapshot() const { return pool_.acquire()->execute(sql::visible_snapshot)[0].text("snapshot"); }

Endpoint AnswerCache::remembering(Endpoint endpoint) {
  endpoint.handle = [this, handle = std::move(endpoint.handle)](const Request& request) -> Result<Response> {
    const auto before = snapshot();
    auto key = key_of(request);
    if (const auto known = find(key, before)) return *known;
    const auto now = clock_.now();
    auto answer = handle(request);
    // The handler's statements each had a snapshot of their own; they all had this one if it stands still.
    if (answer && answer->status == 200 && snapshot() == before) {
      keep(std::move(key), before, {std::make_shared<const Response>(*answer), now});
    }
    return answer;
  };
  return endpoint;
}

std::shared_ptr<const Response> AnswerCache::find(const std::string& key, const std::string& snapshot) {
  const auto now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (snapshot != snapshot_) return nullptr;
  const auto found = kept_.find(key);
  if (found == kept_.end()) return nullptr;
  const auto age = now - found->second.made_at;
  return age >= Time::duration::zero() && age < kLongest ? found->second.answer : nullptr;
}

void AnswerCache::keep(std::string key, const std::string& snapshot, Kept kept) {
  const auto size = kept.answer->body.size();
  if (size > kMaxBodyBytes) return;
  const std::lock_guard lock(mutex_);
  if (snapshot != snapshot_ || bytes_ + size > kMaxBytes) {
    kept_.clear();
    bytes_ = 0;
    snapshot_ = snapshot;
  }
  auto& place = kept_[std::move(key)];
  if (place.answer) bytes_ -= place.answer->body.size();
  place = std::move(kept);
  bytes_ += size;
}

}  // namespace spm::http
