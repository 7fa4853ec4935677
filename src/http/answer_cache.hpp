#pragma once
// Answers of reading endpoints, kept for as long as the database shows the same.
//
// Two statements with the same snapshot (pg_current_snapshot(): which transactions have ended) see the same rows, so an answer that is made
// of rows is good for as long as the snapshot stands. A change by whichever orchestrator or person moves the snapshot with its commit:
// nothing has to be told what changed, and nobody reads what was true before the own write. See docs/decisions/0016.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/time.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"

namespace spm::http {

// Safe from any thread; outlives the endpoints that it wraps.
class AnswerCache {
 public:
  AnswerCache(db::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}
  AnswerCache(const AnswerCache&) = delete;
  AnswerCache& operator=(const AnswerCache&) = delete;

  // For a GET whose answer is made of rows, of the clock in steps of a second, of the request's path and query, and of who asks.
  // Only answers with status 200 are kept; a database that cannot be asked is the caller's error, never an old answer.
  [[nodiscard]] Endpoint remembering(Endpoint endpoint);

 private:
  struct Kept {
    std::shared_ptr<const Response> answer;
    Time made_at;
  };

  [[nodiscard]] std::string snapshot() const;
  [[nodiscard]] std::shared_ptr<const Response> find(const std::string& key, const std::string& snapshot);
  void keep(const std::string& key, const std::string& snapshot, Kept kept);
  // Waits while another thread makes the same answer; whether it waited.
  bool wait_for_maker(const std::string& key);
  [[nodiscard]] Result<Response> make(const Request& request, const std::string& key, const std::string& before,
                                      const std::function<Result<Response>(const Request&)>& handle);

  db::Pool& pool_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable made_;
  std::multiset<std::string> in_making_;
  std::string snapshot_;  // what all kept answers were made of
  std::map<std::string, Kept> kept_;
  std::size_t bytes_ = 0;  // of all kept bodies
};

}  // namespace spm::http
