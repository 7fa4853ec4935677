#pragma once
// What is known of CVEs beyond their ids: known to be exploited, EPSS, CVSS; imported from lists that others publish, never needed.
//
// tasks: made by app/, run on the thread of their job, the only one that reads lists. import_list: the same from the console. endpoints:
// on several threads, and touch PostgreSQL alone. A list that is refused leaves everything as it was. Throw what the database throws.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "cves/rules.hpp"
#include "db/db.hpp"
#include "http/endpoint.hpp"
#include "ports/cve_lists.hpp"
#include "scheduler/scheduler.hpp"

namespace spm::cves {

// Where the configured lists are: files or addresses. A source that is not in it is not used.
using Places = std::map<Source, std::string>;

struct Order {
  Source source = Source::Kev;
  std::string origin = {};  // the file or address, for the record
  std::string actor = {};
  Shrinking shrinking = Shrinking::Refuse;
};

struct Imported {
  std::int64_t entries = 0;
  std::int64_t changed = 0;  // CVEs of which something is different now
  std::string version = {};  // what the list calls itself; empty: it does not say
};

// All of it or nothing, in one transaction with its audit row and event; scores follow soon after. The text of the last success again
// changes nothing but the time of the look. ValidationError: why the list is not believed.
[[nodiscard]] Result<Imported> import_list(db::Pool& pool, const Order& order, std::string_view text, Time now);

// Reads what is due, one after the other; a failure is logged, stands in the state of its source, and leaves what was known in force.
void import_due(db::Pool& pool, const Clock& clock, ports::CveLists& lists, const Places& places, const std::stop_token& stop);

inline constexpr std::string_view kImportJob = "import_cves";
[[nodiscard]] std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock, ports::CveLists& lists, const Places& places);

[[nodiscard]] std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Places& places);

}  // namespace spm::cves
