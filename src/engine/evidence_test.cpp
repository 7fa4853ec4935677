#include "engine/evidence.hpp"

#include <gmock/gmock.h>

#include "net/utf8.hpp"

namespace spm::engine {
namespace {

using ::testing::HasSubstr;

TEST(Evidence, ShortTextsStayWhole) { EXPECT_EQ(bounded("three words only", 16), "three words only"); }

TEST(Evidence, LongTextsKeepBeginningAndEndAndSayWhatIsGone) {
  const auto text = bounded(std::string(100, 'a') + std::string(100, 'z'), 40);
  EXPECT_EQ(text, std::string(30, 'a') + "\n[… 160 bytes cut …]\n" + std::string(10, 'z'));
}

TEST(Evidence, NoCharacterIsCutInTwo) {
  std::string snowmen;
  for (int i = 0; i < 50; ++i) snowmen += "☃";
  for (std::size_t bytes = 4; bytes < 60; ++bytes) EXPECT_TRUE(net::is_utf8(bounded(snowmen, bytes))) << bytes;
}

TEST(Evidence, OfManyOperationsTheFirstAndTheLastAreKept) {
  std::vector<OperationRow> rows;
  for (int i = 0; i < 200; ++i) {
    OperationRow row;
    row.name = std::to_string(i);
    row.kind = "commands";
    rows.push_back(row);
  }
  const auto evidence = operations_evidence(rows);
  const auto& kept = evidence.at("operations").as_array();
  EXPECT_EQ(kept.size(), kMostOperationsKept);
  EXPECT_EQ(kept.front().as_object().at("name").as_string(), "0");
  EXPECT_EQ(kept.back().as_object().at("name").as_string(), "199");
  EXPECT_EQ(evidence.at("operations_left_out").to_number<std::int64_t>(), 140);
}

}  // namespace
}  // namespace spm::engine
