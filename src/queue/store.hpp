#pragma once
// One function for a query of queue.sql that reads or changes rows of the queue; used inside this slice only.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "queue/queue.hpp"
#include "queue/waiting.hpp"

namespace spm::queue::store {

// An item with what a list shows of its erratum.
struct Entry {
  Item item;
  std::string synopsis;
  std::string severity;
  std::optional<std::string> version;  // of the erratum's first package; absent while the packages are not known
  std::optional<std::int64_t> position;
  std::optional<WaitingReason> waiting = std::nullopt;  // set by add_waiting
};

// Why those of the entries that wait do.
void add_waiting(db::Tx& tx, std::vector<Entry>& entries, Time now);

// One system of a test on all systems.
struct Target {
  SystemId system;
  std::string name;
  std::string state;  // waiting, skipped, or the status of its run
  std::optional<TestId> test;
  std::string reason;  // why it was skipped
};
[[nodiscard]] std::vector<Target> targets(db::Tx& tx, QueueId item);  // empty: it is tested on one system

struct Filter {
  std::optional<Status> status;
  std::optional<std::string> target_os;
  std::optional<std::string> severity;
  std::optional<std::string> text;    // in name or synopsis
  std::optional<json::object> scope;  // of access::filter_of
};

struct Window {
  std::int64_t limit = 50;
  std::int64_t offset = 0;
  std::optional<OrderKey> after;  // go on after this place
};

// In the order of testing, with positions.
[[nodiscard]] std::vector<Entry> page(db::Tx& tx, const Filter& filter, const Window& window, Mode mode);
[[nodiscard]] std::map<Status, std::int64_t> count_by_status(db::Tx& tx, const Filter& filter);  // under all filters but the status
[[nodiscard]] std::optional<Entry> entry(db::Tx& tx, QueueId id, Mode mode);

struct Count {
  std::string target_os;
  Status status;
  std::string severity;
  std::int64_t items;
};
[[nodiscard]] std::vector<Count> counts(db::Tx& tx, const std::optional<json::object>& scope);

struct Times {
  std::optional<Time> oldest_queued_at;
  std::optional<Time> next_retry_at;
};
[[nodiscard]] Times times(db::Tx& tx, const std::optional<json::object>& scope);

// Positions of queued items within their OS. With `up_to`, items further behind may be left out (and the query stops there).
[[nodiscard]] std::map<QueueId, std::int64_t> positions(db::Tx& tx, const std::vector<std::string>& target_oses,
                                                        const std::vector<std::int64_t>& ids, std::optional<std::int64_t> up_to, Mode mode);

struct Candidate {
  AdvisoryName name;
  bool is_known = false;
  std::optional<std::string> target_os;
  bool is_withdrawn = false;
  bool has_packages = false;
  bool has_profile = false;
  bool is_applicable = false;  // on a system of the wanted OS
  std::optional<QueueId> open_id;
  std::optional<Status> open_status;
};
[[nodiscard]] std::vector<Candidate> candidates(db::Tx& tx, const std::vector<AdvisoryName>& errata, const std::string& target_os);

struct ErratumOnOs {
  AdvisoryName erratum;
  std::string target_os;
  auto operator<=>(const ErratumOnOs&) const = default;
};
struct Covering {
  AdvisoryName by;
  bool is_open = false;  // it is in the queue and on its way
};
[[nodiscard]] std::map<ErratumOnOs, Covering> covering_of(db::Tx& tx, const std::vector<ErratumOnOs>& errata);

[[nodiscard]] OrderKey order_key(const Item& item);
[[nodiscard]] Item read_item(const db::Row& row);
[[nodiscard]] std::vector<std::string> texts(const std::vector<AdvisoryName>& names);

}  // namespace spm::queue::store
