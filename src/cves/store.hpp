#pragma once
// The rows of cves and cve_sources: one function a question. In the caller's transaction; throw only what the database throws.

#include <vector>

#include "cves/rules.hpp"
#include "db/db.hpp"

namespace spm::cves::store {

// The imports that run at the same time wait here for each other.
void one_at_a_time(db::Tx& tx);

// One for each source, also for those of which there is no row.
[[nodiscard]] std::vector<State> states(db::Tx& tx);
[[nodiscard]] State state_of(db::Tx& tx, Source source);

// Writes what differs from the list and answers how many CVEs that were. The known-exploited list is the whole truth: whoever is not on
// it loses the mark. The other two lists only add and change.
std::int64_t write_figures(db::Tx& tx, Source source, const std::vector<Entry>& entries);

struct Success {
  std::string origin;
  std::string version;  // empty: the list does not say
  std::int64_t entries = 0;
  std::string digest;
};
void record_success(db::Tx& tx, Source source, const Success& success, Time now);
void record_failure(db::Tx& tx, Source source, const std::string& origin, const std::string& error, Time now);

// False: it was asked for already.
bool request(db::Tx& tx, Source source, Time now);

// Answers those that had been asked for or had failed.
std::vector<Source> forget_unused(db::Tx& tx, const std::vector<Source>& used);

}  // namespace spm::cves::store
