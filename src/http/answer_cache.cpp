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
    const auto key = key_of(request);
    auto before = snapshot();
    auto known = find(key, before);
    if (!known && wait_for_maker(key)) {
      before = snapshot();
      known = find(key, before);
    }
    if (known) return *known;
    return make(request, key, before, handle);
  };
  return endpoint;
}

// One wait at most: where the database changes all the time the second one makes its own, beside others.
bool AnswerCache::wait_for_maker(const std::string& key) {
  std::unique_lock lock(mutex_);
  if (!in_making_.contains(key)) return false;
  made_.wait(lock, [&] { return !in_making_.contains(key); });
  return true;
}

Result<Response> AnswerCache::make(const Request& request, const std::string& key, const std::string& before,
                                   const std::function<Result<Response>(const Request&)>& handle) {
  struct Making {
    AnswerCache& cache;
    const std::string& key;
    Making(AnswerCache& c, const std::string& k) : cache(c), key(k) {
      const std::lock_guard lock(cache.mutex_);
      cache.in_making_.insert(key);
    }
    ~Making() {
      const std::lock_guard lock(cache.mutex_);
      cache.in_making_.erase(cache.in_making_.find(key));
      cache.made_.notify_all();
    }
    Making(const Making&) = delete;
    Making& operator=(const Making&) = delete;
  };
  const Making making(*this, key);
  const auto now = clock_.now();
  auto answer = handle(request);
  // The handler's statements each had a snapshot of their own; they all had this one if it stands still.
  if (answer && answer->status == 200 && snapshot() == before) keep(key, before, {std::make_shared<const Response>(*answer), now});
  return answer;
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

void AnswerCache::keep(const std::string& key, const std::string& snapshot, Kept kept) {
  const auto size = kept.answer->body.size();
  if (size > kMaxBodyBytes) return;
  const std::lock_guard lock(mutex_);
  if (snapshot != snapshot_ || bytes_ + size > kMaxBytes) {
    kept_.clear();
    bytes_ = 0;
    snapshot_ = snapshot;
  }
  auto& place = kept_[key];
  if (place.answer) bytes_ -= place.answer->body.size();
  place = std::move(kept);
  bytes_ += size;
}

}  // namespace spm::http
