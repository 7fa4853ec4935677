// Connections, rows, parameters, pool and transactions against a real server.

#include "db/db.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>

#include <thread>

#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::db {
namespace {

using test::Contents;
using test::TestDatabase;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

constexpr Statement kText{"test.text", "SELECT $1::text AS value"};
constexpr Statement kTexts{"test.texts", "SELECT $1::text[] AS value"};
constexpr Statement kPid{"test.pid", "SELECT pg_backend_pid() AS pid"};

class Database : public testing::Test {
 protected:
  TestDatabase database_{Contents::Empty};
};

TEST_F(Database, BindsAndReadsEveryKindOfValue) {
  static constexpr Statement kAll{"test.all",
                                  "SELECT $1::text AS t, $2::bigint AS i, $3::float8 AS d, $4::boolean AS b, $5::timestamptz AS at,"
                                  " $6::jsonb AS j, $7::text[] AS ts, $8::bigint[] AS n, $9::text AS missing"};
  const auto at = *parse_time("2026-11-23T13:24:34.123456Z");
  const auto rows = database_.pool().acquire()->execute(
      kAll,
      {"grüß'\"\\", std::int64_t{-9007199254740993}, 0.1, true, at, json::object{{"a", json::array{1, nullptr}}},
       std::vector<std::string>{"a", "b,c", "\"q\"", "back\\slash", "{}", "NULL", ""}, std::vector<std::int64_t>{1, 2}, std::nullopt});
  ASSERT_EQ(rows.size(), 1U);
  const auto row = rows[0];
  EXPECT_EQ(row.text("t"), "grüß'\"\\");
  EXPECT_EQ(row.integer("i"), -9007199254740993);
  EXPECT_EQ(row.real("d"), 0.1);
  EXPECT_TRUE(row.boolean("b"));
  EXPECT_EQ(row.time("at"), at);
  EXPECT_EQ(row.json_value("j"), (json::value{{"a", json::array{1, nullptr}}}));
  EXPECT_THAT(row.texts("ts"), ElementsAre("a", "b,c", "\"q\"", "back\\slash", "{}", "NULL", ""));
  EXPECT_EQ(row.text("n"), "{1,2}");
  EXPECT_FALSE(row.text_or_null("missing"));
  EXPECT_TRUE(row.is_null("missing"));
}

TEST_F(Database, ThrowsWhenStatementAndCodeDisagree) {
  const auto rows =
      database_.query("SELECT NULL::text AS nothing, 'x' AS word, 'infinity'::timestamptz AS never, ARRAY[NULL]::text[] AS holes");
  EXPECT_THROW(static_cast<void>(rows[0].text("nothing")), std::logic_error);
  EXPECT_THROW(static_cast<void>(rows[0].integer("word")), std::logic_error);
  EXPECT_THROW(static_cast<void>(rows[0].boolean("word")), std::logic_error);
  EXPECT_THROW(static_cast<void>(rows[0].text("absent")), std::logic_error);
  EXPECT_THROW(static_cast<void>(rows[0].time("never")), std::logic_error);
  EXPECT_THROW(static_cast<void>(rows[0].texts("holes")), std::logic_error);
  EXPECT_THROW(static_cast<void>(rows[1]), std::logic_error);
}

TEST_F(Database, ArraysOfTextsArriveUnchanged) {
  const auto text = rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127));
  EXPECT_TRUE(rc::check([&] {
    const auto texts = *rc::gen::container<std::vector<std::string>>(text);
    RC_ASSERT(database_.pool().acquire()->execute(kTexts, {texts})[0].texts("value") == texts);
  }));
}

TEST_F(Database, RefusesNulCharacters) {
  auto connection = database_.pool().acquire();
  try {
    connection->execute(kText, {std::string("a\0b", 3)});
    FAIL() << "stored a NUL";
  } catch (const DatabaseError& problem) {
    EXPECT_THAT(problem.what(), HasSubstr("statement test.text: parameter $1 holds a NUL character"));
    EXPECT_FALSE(problem.is_connection_lost());
  }
  EXPECT_EQ(connection->execute(kText, {"fine"})[0].text("value"), "fine");
}

TEST_F(Database, NamesTheViolatedConstraintAndHidesTheRow) {
  database_.query("CREATE TABLE t (id bigint CONSTRAINT t_positive CHECK (id > 0), secret text)");
  try {
    database_.query("INSERT INTO t VALUES (-1, 'hunter22')");
    FAIL() << "the constraint did not hold";
  } catch (const DatabaseError& problem) {
    EXPECT_EQ(problem.sqlstate(), "23514");
    EXPECT_EQ(problem.constraint(), "t_positive");
    EXPECT_THAT(problem.what(), Not(HasSubstr("hunter22")));
  }
}

TEST_F(Database, CountsAffectedRows) {
  database_.query("CREATE TABLE t (id bigint)");
  EXPECT_EQ(database_.query("INSERT INTO t SELECT generate_series(1, 7)").affected(), 7);
  EXPECT_EQ(database_.query("UPDATE t SET id = 0 WHERE id > 5").affected(), 2);
}

TEST_F(Database, SpeaksUtcWithATimeout) {
  const auto row = database_.query(
      "SELECT current_setting('TimeZone') AS zone, current_setting('statement_timeout') AS patience,"
      " current_setting('application_name') AS name");
  EXPECT_EQ(row[0].text("zone"), "UTC");
  EXPECT_EQ(row[0].text("patience"), "15s");
  EXPECT_EQ(row[0].text("name"), "spm-orchestrator");
}

TEST_F(Database, EndsAStatementThatTakesTooLong) {
  Connection connection(database_.conninfo(), 50ms);
  try {
    connection.execute({"test.sleep", "SELECT pg_sleep(30)"});
    FAIL() << "was not stopped";
  } catch (const DatabaseError& problem) {
    EXPECT_EQ(problem.sqlstate(), "57014");
    EXPECT_FALSE(problem.is_connection_lost());
  }
}

TEST_F(Database, SaysWhereItCouldNotConnect) {
  try {
    Connection("host=/nonexistent port=6543 dbname=spm user=spm password=hunter22");
    FAIL() << "connected";
  } catch (const DatabaseError& problem) {
    EXPECT_TRUE(problem.is_connection_lost());
    EXPECT_THAT(problem.what(), HasSubstr("host /nonexistent, port 6543, database spm"));
    EXPECT_THAT(problem.what(), Not(HasSubstr("hunter22")));
  }
}

TEST_F(Database, HearsNotifications) {
  Connection listener(database_.conninfo());
  listener.run_script("LISTEN news");
  EXPECT_EQ(listener.wait_for_notification(1ms), std::nullopt);
  database_.query("SELECT pg_notify('news', 'x')");
  EXPECT_EQ(listener.wait_for_notification(10s), "news");
}

TEST_F(Database, CommitsOrRollsBack) {
  static constexpr Statement kInsert{"test.insert", "INSERT INTO t VALUES ($1::bigint)"};
  database_.query("CREATE TABLE t (id bigint PRIMARY KEY)");
  {
    Tx tx(database_.pool());
    tx.execute(kInsert, {1});
    tx.commit();
    EXPECT_THROW(tx.commit(), std::logic_error);
    EXPECT_THROW(tx.execute(kInsert, {9}), std::logic_error);
  }
  { Tx(database_.pool()).execute(kInsert, {2}); }
  EXPECT_EQ(database_.query("SELECT max(id) AS id FROM t")[0].integer("id"), 1);
}

TEST_F(Database, DoesNotTakeAFailedTransactionForACommit) {
  static constexpr Statement kInsert{"test.insert", "INSERT INTO t VALUES ($1::bigint)"};
  database_.query("CREATE TABLE t (id bigint PRIMARY KEY)");
  Tx tx(database_.pool());
  tx.execute(kInsert, {1});
  EXPECT_THROW(tx.execute(kInsert, {1}), DatabaseError);
  EXPECT_THROW(tx.commit(), DatabaseError);
}

TEST_F(Database, PoolReusesConnections) {
  const auto first = database_.pool().acquire()->execute(kPid)[0].integer("pid");
  EXPECT_EQ(database_.pool().acquire()->execute(kPid)[0].integer("pid"), first);
}

TEST_F(Database, PoolSaysWhenItIsExhaustedAndGoesOnWhenOneIsBack) {
  Pool pool(database_.conninfo(), 1, 20ms);
  {
    const auto held = pool.acquire();
    try {
      static_cast<void>(pool.acquire());
      FAIL() << "gave more connections than it may";
    } catch (const DatabaseError& problem) {
      EXPECT_THAT(problem.what(), HasSubstr("raise DB_POOL_SIZE"));
      EXPECT_FALSE(problem.is_connection_lost());
    }
  }
  EXPECT_EQ(pool.acquire()->execute(kText, {"x"})[0].text("value"), "x");
}

TEST_F(Database, PoolDropsAConnectionThatDiedWhileIdle) {
  Pool pool(database_.conninfo(), 2);
  const auto pid = pool.acquire()->execute(kPid)[0].integer("pid");
  database_.query(fmt::format("SELECT pg_terminate_backend({}, 5000)", pid));
  EXPECT_NE(pool.acquire()->execute(kPid)[0].integer("pid"), pid);
}

TEST_F(Database, ReportsAConnectionThatIsLostInUseAndRecovers) {
  Pool pool(database_.conninfo(), 1);
  {
    auto connection = pool.acquire();
    const auto pid = connection->execute(kPid)[0].integer("pid");
    database_.query(fmt::format("SELECT pg_terminate_backend({}, 5000)", pid));
    try {
      connection->execute(kText, {"x"});
      FAIL() << "the connection lives";
    } catch (const DatabaseError& problem) {
      EXPECT_TRUE(problem.is_connection_lost()) << problem.what();
    }
  }
  EXPECT_EQ(pool.acquire()->execute(kText, {"x"})[0].text("value"), "x");
}

TEST_F(Database, PoolServesManyThreads) {
  Pool pool(database_.conninfo(), 3);
  std::atomic<int> answers{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 25; ++i) answers += pool.acquire()->execute(kText, {"x"})[0].text("value") == "x" ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(answers, 200);
}

}  // namespace
}  // namespace spm::db
