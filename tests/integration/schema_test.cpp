// db/schema.sql: what all migrations come to, for readers and reviewers. Read from the catalogue, so that it is the same on every version
// of PostgreSQL. Regenerate with SPM_UPDATE_DOCUMENTS=1.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/paths.hpp"
#include "tests/support/postgres.hpp"

namespace spm::test {
namespace {

constexpr const char* kSchema = R"(
  SELECT string_agg(text, E'\n' ORDER BY place, name) AS schema FROM (
    SELECT 1 AS place, c.relname::text AS name,
           format(E'CREATE TABLE %I (\n%s\n);\n', c.relname,
                  (SELECT string_agg(line, E',\n' ORDER BY part, position, line) FROM (
                     SELECT 1 AS part, a.attnum::integer AS position,
                            format('  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
                                   CASE WHEN a.attidentity = 'a' THEN ' GENERATED ALWAYS AS IDENTITY'
                                        WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END,
                                   CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END) AS line
                     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                     UNION ALL
                     SELECT 2, 0, format('  CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
                     WHERE k.conrelid = c.oid AND k.contype IN ('c', 'f', 'p', 'u')
                   ) lines)) AS text
    FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT 2, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) || ';' FROM pg_index i
    JOIN pg_class c ON c.oid = i.indrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u'))
    UNION ALL
    SELECT 3, p.proname::text, E'\n' || pg_get_functiondef(p.oid) || ';' FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 4, t.tgname::text, pg_get_triggerdef(t.oid) || ';' FROM pg_trigger t WHERE NOT t.tgisinternal
  ) parts)";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Schema, IsWhatTheGoldenFileShows) {
  TestDatabase database;
  const auto schema = "-- What the migrations come to. Generated: SPM_UPDATE_DOCUMENTS=1 integration_tests --gtest_filter=Schema.*\n\n" +
                      database.query(kSchema)[0].text("schema") + "\n";
  const std::string path = test::in_source("db/schema.sql");
  if (std::getenv("SPM_UPDATE_DOCUMENTS") != nullptr) std::ofstream(path, std::ios::binary) << schema;
  EXPECT_TRUE(read_file(path) == schema)
      << "db/schema.sql is not what the migrations come to: run this test with SPM_UPDATE_DOCUMENTS=1 and look at the difference";
}

}  // namespace
}  // namespace spm::test
