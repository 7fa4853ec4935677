#include "spmctl/contract_commands.hpp"

#include <gmock/gmock.h>

#include <set>

#include "spmctl/api_call.hpp"
#include "spmctl/completion.hpp"

namespace spm::spmctl {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

const std::vector<Command>& commands() {
  static const auto all = commands_of(embedded_contract());
  return all;
}

const Command& command(const std::string& group, const std::string& verb) {
  for (const auto& one : commands()) {
    if (one.group == group && one.verb == verb) return one;
  }
  throw std::out_of_range(group + " " + verb);
}

TEST(ContractCommands, ReachEveryOperationUnderAnUnmistakableName) {
  std::set<std::pair<std::string, std::string>> names;
  std::set<std::pair<std::string, std::string>> reached;
  for (const auto& one : commands()) {
    EXPECT_TRUE(names.emplace(one.group, one.verb).second) << one.group << " " << one.verb << " stands for two operations";
    EXPECT_FALSE(one.summary.empty()) << one.operation;
    reached.emplace(one.method, one.path);
  }
  const auto contract = embedded_contract();
  for (const auto& [path, item] : contract.at("paths").as_object()) {
    for (const auto& [word, operation] : item.as_object()) {
      if (word == "parameters") continue;
      std::string method(word);
      for (auto& c : method) c = static_cast<char>(c - 'a' + 'A');
      EXPECT_TRUE(reached.contains({method, std::string(path)})) << method << " " << path << " has no command";
    }
  }
}

TEST(ContractCommands, EveryParameterAndFieldHasItsOption) {
  for (const auto& one : commands()) {
    std::set<std::string> options;
    for (const auto& field : one.fields) EXPECT_TRUE(options.insert(field.option).second) << one.operation << " " << field.option;
    for (const auto& field : one.fields) {
      if (field.place != Place::Path) continue;
      EXPECT_THAT(one.path, HasSubstr("{" + field.name + "}")) << one.operation;
    }
  }
}

TEST(ContractCommands, HaveTheNamesThatPeopleExpect) {
  EXPECT_EQ(command("queue", "list").path, "/api/v1/queue");
  EXPECT_EQ(command("queue", "add").path, "/api/v1/queue/add");
  EXPECT_EQ(command("queue", "delete").method, "DELETE");
  EXPECT_EQ(command("sync", "run").path, "/api/v1/sync/runs/{id}");
  EXPECT_EQ(command("risk", "calculate").path, "/api/v1/risk-profile/calculate");
  EXPECT_EQ(command("approvals", "approve").path, "/api/v1/approvals/{queue_id}/approve");
  EXPECT_EQ(command("approvals", "show").path, "/api/v1/approvals/pending/{queue_id}");
  EXPECT_EQ(command("test", "abort").path, "/api/v1/test/{id}/abort");
  EXPECT_TRUE(command("health", "show").is_default());
  EXPECT_FALSE(command("queue", "show").is_default());
}

TEST(ContractCommands, NamesakesArePartedByWhatTheyDo) {
  const auto contract = json::parse(R"({"paths": {"/api/v1/a/config": {
    "get": {"operationId": "get_config", "responses": {}}, "post": {"operationId": "check_config", "responses": {}}}}})");
  const auto parted = commands_of(contract);
  ASSERT_EQ(parted.size(), 2U);
  EXPECT_EQ(parted[0].verb, "config");
  EXPECT_EQ(parted[1].verb, "config-add");
}

TEST(ApiCall, PutsEveryWordInItsPlace) {
  const auto call = call_of(command("approvals", "snooze"),
                            {{"queue_id", {"7"}}, {"snooze_days", {"3"}}, {"reason", {"1"}}, {"Idempotency-Key", {"k"}}}, "");
  ASSERT_TRUE(call) << call.error().message;
  EXPECT_EQ(call->path, "/api/v1/approvals/7/snooze");
  EXPECT_EQ(call->body, json::value({{"snooze_days", 3}, {"reason", "1"}}));
  EXPECT_THAT(call->headers, ElementsAre(std::pair<std::string, std::string>("Idempotency-Key", "k")));
  const auto query = call_of(command("queue", "list"), {{"status", {"queued"}}, {"limit", {"5"}}}, "");
  ASSERT_TRUE(query);
  EXPECT_THAT(query->query, testing::UnorderedElementsAre(std::pair("status", "queued"), std::pair("limit", "5")));
  EXPECT_FALSE(query->body);
}

TEST(ApiCall, EscapesPathsAndKeepsLists) {
  const auto call = call_of(command("errata", "show"), {{"errata_id", {"../queue?x=1"}}}, "");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->path, "/api/v1/errata/..%2Fqueue%3Fx%3D1");
  const auto added =
      call_of(command("queue", "add"), {{"errata_ids", {"USN-1-1", "USN-2-1"}}, {"target_os", {"ubuntu"}}}, R"({"notes": "x"})");
  ASSERT_TRUE(added) << added.error().message;
  EXPECT_EQ(added->body, json::value({{"notes", "x"}, {"errata_ids", {"USN-1-1", "USN-2-1"}}, {"target_os", "ubuntu"}}));
}

TEST(ApiCall, RefusesWhatCannotBeMeant) {
  const auto number = call_of(command("approvals", "snooze"), {{"snooze_days", {"soon"}}}, "");
  ASSERT_FALSE(number);
  EXPECT_THAT(number.error().message, HasSubstr("--snooze-days must be a whole number"));
  EXPECT_FALSE(call_of(command("queue", "add"), {}, "{broken"));
  EXPECT_FALSE(call_of(command("queue", "add"), {{"target_os", {"ubuntu"}}}, "[]"));
  EXPECT_FALSE(raw_call("GET", "queue", {}, ""));
  EXPECT_FALSE(raw_call("GET", "/queue\r\nX: y", {}, ""));
  EXPECT_FALSE(raw_call("GET", "/queue", {"limit"}, ""));
  EXPECT_EQ(raw_call("GET", "/queue", {"q=a=b"}, "")->query[0].second, "a=b");
}

TEST(Completion, OffersGroupsVerbsOptionsAndChoices) {
  EXPECT_THAT(candidates(commands(), {"appr"}), ElementsAre("approvals"));
  EXPECT_THAT(candidates(commands(), {""}), IsSupersetOf({"api", "profile", "queue", "test"}));
  EXPECT_THAT(candidates(commands(), {"approvals", "s"}), IsSupersetOf({"show", "snooze"}));
  EXPECT_THAT(candidates(commands(), {"test", ""}), Contains("watch"));
  EXPECT_THAT(candidates(commands(), {"queue", "list", "--st"}), ElementsAre("--status"));
  EXPECT_THAT(candidates(commands(), {"queue", "list", "--status", "que"}), ElementsAre("queued"));
  EXPECT_THAT(candidates(commands(), {"queue", "list", "-o", ""}), ElementsAre("json", "table"));
}

}  // namespace
}  // namespace spm::spmctl
