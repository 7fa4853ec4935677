// The audit chain on a real database: what was written cannot be changed unnoticed, not even by a superuser, and who may do what to it.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "audit/audit.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm {
namespace {

using http::Method;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Audit : public testing::Test {
 protected:
  void write(const std::string& subject, const std::string& actor = "user:ada", const std::string& reason = "") {
    db::Tx tx(database.pool());
    audit::append(tx, {actor,
                       "192.0.2.7",
                       "queue.amend",
                       "queue_item",
                       subject,
                       {{"notes", "gr\u00fcn \"x\"\n"}, {"n", 1.5}},
                       {{"priority", 1e3}, {"list", {1, nullptr, true}}},
                       reason,
                       clock.now()});
    tx.commit();
  }
  // As a superuser who switches the triggers off.
  void tamper(const std::string& statement) {
    db::Connection superuser(database.conninfo());
    superuser.run_script("SET session_replication_role = replica");
    superuser.run_script(statement);
  }
  test::Caller::Answer proof() { return caller.call(Method::Get, "/api/v1/audit/verify"); }
  void expect_broken(std::int64_t id, const std::string& reason) {
    const auto answer = proof();
    EXPECT_EQ(answer.status, 200) << answer.message;
    EXPECT_FALSE(answer.body.at("valid").as_bool());
    EXPECT_EQ(answer.body.at("first_broken_id"), id == 0 ? json::value(nullptr) : json::value(id));
    EXPECT_THAT(std::string(answer.body.at("reason").as_string()), HasSubstr(reason));
  }

  test::TestDatabase database;
  test::ManualClock clock{*parse_time("2026-03-02T09:15:00.123456Z")};
  test::Caller caller{audit::endpoints(database.pool(), clock), clock};
};

TEST_F(Audit, AnUntouchedChainIsProven) {
  EXPECT_TRUE(proof().body.at("valid").as_bool()) << "an empty one too";
  for (const char* subject : {"1", "2", "3"}) write(subject);
  const auto answer = proof();
  EXPECT_TRUE(answer.body.at("valid").as_bool()) << answer.body;
  EXPECT_EQ(answer.body.at("rows").as_int64(), 3);
  EXPECT_EQ(answer.body.at("head_hash").as_string().size(), 64U);
}

TEST_F(Audit, AChangedRowIsNamed) {
  for (const char* subject : {"1", "2", "3", "4"}) write(subject);
  for (const char* change : {"actor = 'user:eve'", "from_address = ''", "action = 'x'", "subject_type = 'x'", "subject_id = '9'",
                             "before = NULL", "after = '{}'", "reason = ' '", "at = at + interval '1 microsecond'"}) {
    SCOPED_TRACE(change);
    tamper("CREATE TABLE IF NOT EXISTS kept AS SELECT * FROM audit_log WHERE id = 3");
    tamper(fmt::format("UPDATE audit_log SET {} WHERE id = 3", change));
    expect_broken(3, "is not what was written");
    tamper("DELETE FROM audit_log WHERE id = 3; INSERT INTO audit_log OVERRIDING SYSTEM VALUE SELECT * FROM kept");
    EXPECT_TRUE(proof().body.at("valid").as_bool());
  }
}

TEST_F(Audit, DeletedRowsAreNoticedWhereverTheyStood) {
  for (const char* subject : {"1", "2", "3", "4"}) write(subject);
  tamper("DELETE FROM audit_log WHERE id = 4");
  expect_broken(4, "was deleted");
  tamper("DELETE FROM audit_log WHERE id = 2");
  expect_broken(2, "was deleted");
  tamper("DELETE FROM audit_chain WHERE audit_id = 2");
  expect_broken(3, "links 2 to 2");
}

TEST_F(Audit, AMissingEndIsNoticedByTheHead) {
  for (const char* subject : {"1", "2", "3"}) write(subject);
  tamper("DELETE FROM audit_log WHERE id = 3; DELETE FROM audit_chain WHERE audit_id = 3");
  expect_broken(0, "its end was deleted");
  tamper("DELETE FROM audit_head");
  expect_broken(0, "audit_head");
}

TEST_F(Audit, ARowThatWasPutInBehindTheTriggerIsNoticed) {
  write("1");
  tamper("INSERT INTO audit_log (actor, action, subject_type, subject_id, at) VALUES ('user:eve', 'x', 'x', '1', now())");
  expect_broken(2, "past the trigger");
}

TEST_F(Audit, NobodyChangesItWithTheTriggersOn) {
  write("1");
  for (const char* statement :
       {"UPDATE audit_log SET actor = 'user:eve'", "DELETE FROM audit_log", "TRUNCATE audit_log", "UPDATE audit_chain SET hash = hash",
        "DELETE FROM audit_chain", "TRUNCATE audit_chain", "DELETE FROM audit_head", "UPDATE audit_head SET position = 0"}) {
    EXPECT_THROW((void)database.query(statement), db::DatabaseError) << statement;
  }
  EXPECT_TRUE(proof().body.at("valid").as_bool());
}

TEST_F(Audit, TheServicesRoleAddsAndReadsAndNothingElse) {
  (void)database.query("DROP ROLE IF EXISTS service_of_test");
  (void)database.query("CREATE ROLE service_of_test");
  db::Connection service(database.conninfo());
  service.run_script("SELECT grant_to_service('service_of_test')");  // as packaging/grants.sql does
  service.run_script("SET ROLE service_of_test");
  service.run_script("INSERT INTO audit_log (actor, action, subject_type, subject_id, at) VALUES ('user:ada', 'x', 'x', '1', now())");
  service.run_script("UPDATE patch_test_queue SET notes = ''; SELECT last_value FROM events_id_seq");
  for (const char* statement :
       {"UPDATE audit_log SET actor = ''", "DELETE FROM audit_log", "TRUNCATE audit_log", "ALTER TABLE audit_log DISABLE TRIGGER USER",
        "INSERT INTO audit_chain VALUES (2, 2, decode(repeat('00', 32), 'hex'))", "UPDATE audit_head SET position = 2",
        "DELETE FROM audit_head", "SET session_replication_role = replica", "DELETE FROM patch_approvals",
        "UPDATE patch_approvals SET actor = ''", "UPDATE config_versions SET reason = ''", "DELETE FROM config_versions"}) {
    try {
      service.run_script(statement);
      ADD_FAILURE() << statement;
    } catch (const db::DatabaseError& error) {
      EXPECT_EQ(error.sqlstate(), "42501") << statement << ": " << error.what();
    }
  }
  EXPECT_TRUE(proof().body.at("valid").as_bool());
  EXPECT_EQ(proof().body.at("rows").as_int64(), 1);
  service.run_script("RESET ROLE; DROP OWNED BY service_of_test; DROP ROLE service_of_test");
}

// The link is made with the rights of the owner: nothing that the service can make may be taken for the chain, or run with those rights.
TEST_F(Audit, TheServicesRoleCannotPutTablesOfItsOwnInTheWay) {
  (void)database.query("DROP ROLE IF EXISTS service_with_tables");
  (void)database.query("CREATE ROLE service_with_tables");
  (void)database.query("SELECT grant_to_service('service_with_tables')");
  db::Connection service(database.conninfo());
  service.run_script(
      "SET ROLE service_with_tables;"
      "CREATE TEMPORARY TABLE audit_head (only_row boolean, position bigint, hash bytea);"
      "INSERT INTO pg_temp.audit_head VALUES (true, 0, decode(repeat('00', 32), 'hex'));"
      "CREATE TEMPORARY TABLE audit_chain (position bigint, audit_id bigint, hash bytea);"
      "GRANT ALL ON pg_temp.audit_head, pg_temp.audit_chain TO PUBLIC;"
      "INSERT INTO audit_log (actor, action, subject_type, subject_id, at) VALUES ('user:eve', 'x', 'x', '1', now())");
  EXPECT_EQ(service.execute({"count", "SELECT count(*) AS n FROM pg_temp.audit_chain"})[0].integer("n"), 0);
  EXPECT_TRUE(proof().body.at("valid").as_bool()) << proof().body;
  service.run_script("RESET ROLE; DROP OWNED BY service_with_tables; DROP ROLE service_with_tables");
}

TEST_F(Audit, TheProofGoesOnFromWhereItStands) {
  for (const char* subject : {"1", "2", "3"}) write(subject);
  auto proof = audit::keep_proven(database.pool(), clock.now());
  EXPECT_EQ(proof.reason, "");
  EXPECT_EQ(proof.position, 3);
  EXPECT_EQ(proof.whole_at, clock.now());
  const auto whole_at = clock.now();
  clock.advance(10min);
  for (const char* subject : {"4", "5"}) write(subject);
  tamper("CREATE TABLE kept AS SELECT * FROM audit_log");
  tamper("UPDATE audit_log SET actor = 'user:eve' WHERE id IN (2, 5)");
  proof = audit::keep_proven(database.pool(), clock.now());
  EXPECT_EQ(proof.first_broken_id, 5) << "what came since is looked at each time";
  EXPECT_EQ(proof.position, 3) << "it is proven no further than before";
  EXPECT_EQ(proof.whole_at, whole_at);
  proof = audit::keep_proven(database.pool(), clock.now());
  EXPECT_EQ(proof.first_broken_id, 2) << "once something is wrong, all of it is looked at";
  EXPECT_EQ(database.query("SELECT 1 AS one FROM events WHERE payload ->> 'type' = 'audit.broken'").size(), 1U) << "told once";
  EXPECT_EQ(database.query("SELECT 1 AS one FROM notifications WHERE kind = 'audit_broken'").size(), 1U) << "to people too";

  tamper("DELETE FROM audit_log; INSERT INTO audit_log OVERRIDING SYSTEM VALUE SELECT * FROM kept");
  proof = audit::keep_proven(database.pool(), clock.now());
  EXPECT_EQ(proof.reason, "");
  EXPECT_EQ(proof.position, 5);
}

TEST_F(Audit, TheWholeChainIsProvenEveryDay) {
  for (const char* subject : {"1", "2", "3"}) write(subject);
  (void)audit::keep_proven(database.pool(), clock.now());
  tamper("DELETE FROM audit_log WHERE id = 1");
  clock.advance(23h);
  EXPECT_EQ(audit::keep_proven(database.pool(), clock.now()).reason, "") << "that part was proven already";
  clock.advance(1h);
  EXPECT_EQ(audit::keep_proven(database.pool(), clock.now()).first_broken_id, 1);
}

// Whoever is superuser can compute all hashes anew, and then the chain alone holds.
TEST_F(Audit, AChainThatWasMadeAnewDoesNotHoldAgainstTheProof) {
  for (const char* subject : {"1", "2", "3"}) write(subject);
  (void)audit::keep_proven(database.pool(), clock.now());
  const auto make_anew = [&](const std::string& change) {
    tamper(change +
           "; DELETE FROM audit_chain; UPDATE audit_head SET position = 0, hash = decode(repeat('00', 32), 'hex');"
           "DO $$ BEGIN PERFORM audit_append_to_chain(line) FROM (SELECT * FROM audit_log ORDER BY id) line; END $$");
  };
  make_anew("UPDATE audit_log SET actor = 'user:eve' WHERE id = 2");
  EXPECT_THAT(audit::keep_proven(database.pool(), clock.now()).reason, HasSubstr("another hash than when it was proven"));
  EXPECT_THAT(audit::keep_proven(database.pool(), clock.now()).reason, HasSubstr("the chain was made anew")) << "from its first link too";
  EXPECT_FALSE(proof().body.at("valid").as_bool());
  make_anew("DELETE FROM audit_log WHERE id = 3");
  EXPECT_THAT(audit::keep_proven(database.pool(), clock.now()).reason, HasSubstr("its end was deleted"));
}

TEST_F(Audit, AHundredAtOnceMakeOneChainAndNoDeadlock) {
  (void)database.query("CREATE TABLE things (id integer PRIMARY KEY, n integer NOT NULL)");
  (void)database.query("INSERT INTO things SELECT n, 0 FROM generate_series(1, 10) n");
  constexpr db::Statement kTouch{"test.touch", "UPDATE things SET n = n + 1 WHERE id = $1"};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 100; ++i) {
      threads.emplace_back([&, i] {
        db::Tx tx(database.pool());
        // Rows are locked before the audit line and after it.
        (void)tx.execute(kTouch, {i % 5 + 1});
        audit::append(tx, {"user:ada", "", "x", "thing", std::to_string(i), nullptr, nullptr, "", clock.now()});
        (void)tx.execute(kTouch, {i % 5 + 6});
        audit::append(tx, {"user:ada", "", "y", "thing", std::to_string(i), nullptr, nullptr, "", clock.now()});
        tx.commit();
      });
    }
  }
  const auto answer = proof();
  EXPECT_TRUE(answer.body.at("valid").as_bool()) << answer.body;
  EXPECT_EQ(answer.body.at("rows").as_int64(), 200);
}

TEST_F(Audit, RowsOfAnUndoneTransactionLeaveNoGap) {
  write("1");
  {
    db::Tx tx(database.pool());
    audit::append(tx, {"user:ada", "", "x", "thing", "2", nullptr, nullptr, "", clock.now()});
  }
  write("3");
  EXPECT_TRUE(proof().body.at("valid").as_bool());
  EXPECT_EQ(proof().body.at("rows").as_int64(), 2);
}

TEST_F(Audit, IsListedNewestFirstAndFiltered) {
  write("1");
  clock.advance(std::chrono::hours(1));
  write("2", "user:bob", "100% sure");
  write("3");
  const auto ids = [&](const std::multimap<std::string, std::string>& query) {
    const auto answer = caller.call(Method::Get, "/api/v1/audit", nullptr, query);
    EXPECT_EQ(answer.status, 200) << answer.message;
    std::vector<std::int64_t> found;
    for (const auto& item : answer.body.at("items").as_array()) found.push_back(item.at("id").as_int64());
    EXPECT_EQ(answer.body.at("total").as_int64(), query.contains("limit") ? 3 : static_cast<std::int64_t>(found.size()));
    return found;
  };
  EXPECT_THAT(ids({}), ElementsAre(3, 2, 1));
  EXPECT_THAT(ids({{"actor", "user:bob"}}), ElementsAre(2));
  EXPECT_THAT(ids({{"q", "100%"}}), ElementsAre(2));
  EXPECT_THAT(ids({{"q", "1_0"}}), ElementsAre());
  EXPECT_THAT(ids({{"subject_type", "queue_item"}, {"subject_id", "3"}, {"action", "queue.amend"}}), ElementsAre(3));
  EXPECT_THAT(ids({{"from", "2026-03-02T10:00:00Z"}}), ElementsAre(3, 2));
  EXPECT_THAT(ids({{"to", "2026-03-02T10:00:00Z"}}), ElementsAre(1));
  const auto first = caller.call(Method::Get, "/api/v1/audit", nullptr, {{"limit", "2"}});
  EXPECT_THAT(ids({{"limit", "2"}, {"cursor", std::string(first.body.at("next_cursor").as_string())}}), ElementsAre(1));
}

// All pieces of an export.
std::string exported(const std::vector<http::Endpoint>& endpoints, const std::string& format) {
  http::Request request;
  request.path = "/api/v1/audit/export";
  request.query = {{"format", format}};
  request.principal.actor = "user:auditor";
  auto response = endpoints.back().handle(request).value();
  auto text = response.body;
  for (bool is_last = false; !is_last;) {
    auto piece = response.next_piece();
    text += piece.text;
    is_last = piece.is_last;
  }
  return text;
}

TEST_F(Audit, TheExportIsWholeAndOnRecord) {
  write("1", "=cmd|' /C calc'!A0");
  write("2");
  const auto endpoints = audit::endpoints(database.pool(), clock);
  const auto lines = exported(endpoints, "ndjson");
  EXPECT_THAT(lines, HasSubstr(R"("before":{"n": 1.5, "notes": "grün \"x\"\n"},"after":{"list": [1, null, true], "priority": 1000})"));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2);
  for (std::size_t begin = 0; begin < lines.size(); begin = lines.find('\n', begin) + 1)
    EXPECT_TRUE(json::parse(lines.substr(begin, lines.find('\n', begin) - begin)).is_object());
  EXPECT_THAT(exported(endpoints, "csv"), HasSubstr("\"'=cmd|' /C calc'!A0\",\"192.0.2.7\""));
  EXPECT_EQ(database.query("SELECT 1 AS one FROM audit_log WHERE action = 'audit.export' AND actor = 'user:auditor'").size(), 2U);
}

}  // namespace
}  // namespace spm
