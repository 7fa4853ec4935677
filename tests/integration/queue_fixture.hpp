#pragma once
// The queue's endpoints and rows on a database of their own, for the tests of the queue.

#include <string>
#include <vector>

#include "tests/integration/queue_rows.hpp"

namespace spm::test {

class QueueFixture : public testing::Test {
 protected:
  TestDatabase database;
  ManualClock clock{*parse_time("2026-03-02T09:15:00Z")};
  QueueRows rows{pool(), clock};
  Caller caller{queue::endpoints(pool(), clock, scoring::Weights{}), clock};

  Caller::Answer add(const std::vector<std::string>& names, const std::string& target_os = "ubuntu") {
    json::array ids;
    for (const std::string& name : names) ids.emplace_back(name);
    return caller.call(http::Method::Post, "/api/v1/queue/add", json::object{{"errata_ids", ids}, {"target_os", target_os}});
  }
  Caller::Answer one(http::Method method, QueueId id, const json::value& body = nullptr) {
    return caller.call(method, "/api/v1/queue/" + std::to_string(id.value), body);
  }
  db::Pool& pool() { return database.pool(); }
  template <class Work>
  auto in_tx(Work work) {
    db::Tx tx(pool());
    auto result = work(tx);
    tx.commit();
    return result;
  }
};

[[nodiscard]] inline std::vector<std::string> names_in(const json::object& answer) {
  std::vector<std::string> names;
  for (const json::value& item : answer.at("items").as_array()) names.emplace_back(item.at("errata_id").as_string());
  return names;
}

}  // namespace spm::test
