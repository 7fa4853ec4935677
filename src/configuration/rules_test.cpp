#include "configuration/rules.hpp"

#include <gmock/gmock.h>

#include <set>

namespace spm::configuration {
namespace {

using ::testing::IsEmpty;

TEST(ConfigurationRules, EveryFieldHasOneNameAFittingDefaultAndWords) {
  std::set<std::string_view> names;
  for (const auto& field : fields()) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name;
    EXPECT_EQ(problem_with(field, field.read(Document{})), "") << field.name;
    EXPECT_TRUE(field.description.ends_with('.')) << field.name;
  }
}

// A row of the table whose access is that of its neighbour would show here.
TEST(ConfigurationRules, EveryFieldWritesItsOwnMember) {
  for (const auto& field : fields()) {
    json::value other;
    switch (field.kind) {
      case Kind::Integer: other = field.maximum == 100 ? 77 : static_cast<std::int64_t>(field.minimum) + 3; break;
      case Kind::Number: other = 7.5; break;
      case Kind::Flag: other = !field.read(Document{}).as_bool(); break;
      case Kind::Choice: other = std::string(field.choices.back()); break;
      case Kind::Texts: other = json::array{"other"}; break;
    }
    ASSERT_EQ(problem_with(field, other), "") << field.name;
    const auto changes = changes_between({}, applied({}, {{field.name, other}}));
    ASSERT_EQ(changes.size(), 1U) << field.name;
    EXPECT_EQ(changes[0].name, field.name);
    EXPECT_EQ(changes[0].to, other);
    EXPECT_EQ(changes_scores(changes), field.is_score);
  }
}

TEST(ConfigurationRules, AValueWithAProblemLeavesTheDefault) {
  EXPECT_EQ(applied({}, {{"score.kernel", "many"}, {"score.reboot", -1}, {"gone", 1}}).score, ScoreWeights{});
  EXPECT_THAT(problems_of({{"score.kernel", nullptr}}), IsEmpty());
  EXPECT_EQ(problems_of({{"score.kernel", 1.5}, {"patterns.config", json::array{}}, {"patterns.kernel", {"a", "a"}}}).size(), 3U);
  EXPECT_EQ(problem_with(*find_field("critical_services.debian"), {"ssh.socket|ssh"}), "");
  EXPECT_NE(problem_with(*find_field("critical_services.debian"), {"ssh|"}), "");
}

TEST(ConfigurationRules, AnUnknownOsHasTheServicesOfUbuntu) {
  EXPECT_EQ(default_critical_services().of("rhel")[1], "crond");
  EXPECT_EQ(default_critical_services().of("plan9"), default_critical_services().ubuntu);
}

}  // namespace
}  // namespace spm::configuration
