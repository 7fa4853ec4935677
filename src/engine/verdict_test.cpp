#include "engine/verdict.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace spm::engine {
namespace {

Measurement measured(std::optional<double> cpu, std::optional<double> memory, MetricSourceKind source = MetricSourceKind::Prometheus) {
  return {source, cpu, memory, "asked"};
}

struct Row {
  const char* name;
  Measurement before, after;
  std::vector<std::string> failed_before, failed_after;
  bool required;
  Check cpu, memory, failed_units, overall;
  bool is_unmeasured;
};

class VerdictTable : public ::testing::TestWithParam<Row> {};

TEST_P(VerdictTable, JudgesEachCheckByItself) {
  const auto& row = GetParam();
  RunConfig config;
  config.metrics_required = row.required;
  const auto evaluation = evaluate(row.before, row.after, row.failed_before, row.failed_after, config);
  EXPECT_EQ(evaluation.cpu.check, row.cpu) << evaluation.cpu.reason;
  EXPECT_EQ(evaluation.memory.check, row.memory) << evaluation.memory.reason;
  EXPECT_EQ(evaluation.failed_units.check, row.failed_units) << evaluation.failed_units.reason;
  EXPECT_EQ(evaluation.overall, row.overall);
  EXPECT_EQ(evaluation.is_unmeasured(), row.is_unmeasured);
}

constexpr auto P = Check::Passed;
constexpr auto F = Check::Failed;
constexpr auto S = Check::Skipped;
const auto kSalt = MetricSourceKind::Salt;
const auto kNone = MetricSourceKind::None;

INSTANTIATE_TEST_SUITE_P(
    Rows, VerdictTable,
    ::testing::Values(
        Row{"same", measured(10, 40), measured(10, 40), {}, {}, false, P, P, P, P, false},
        Row{"at_the_threshold", measured(10, 40), measured(30, 55), {}, {}, false, P, P, P, P, false},
        Row{"cpu_over", measured(10, 40), measured(30.1, 40), {}, {}, false, F, P, P, F, false},
        Row{"memory_over", measured(10, 40), measured(10, 55.1), {}, {}, false, P, F, P, F, false},
        Row{"less_is_fine", measured(90, 90), measured(1, 1), {}, {}, false, P, P, P, P, false},
        Row{"old_failed_unit", measured(10, 40), measured(10, 40), {"a"}, {"a"}, false, P, P, P, P, false},
        Row{"new_failed_unit", measured(10, 40), measured(10, 40), {"a"}, {"b"}, false, P, P, F, F, false},
        Row{"cpu_missing_after", measured(10, 40), measured({}, 40), {}, {}, false, S, P, P, P, false},
        Row{"cpu_missing_before", measured({}, 40), measured(10, 40), {}, {}, false, S, P, P, P, false},
        Row{"missing_but_required", measured(10, 40), measured({}, 40), {}, {}, true, F, P, P, F, true},
        Row{"missing_and_really_bad", measured(10, 40), measured({}, 99), {}, {}, true, F, F, P, F, false},
        Row{"other_source", measured(10, 40), measured(10, 40, kSalt), {}, {}, false, S, S, P, P, false},
        Row{"no_source", measured({}, {}, kNone), measured({}, {}, kNone), {}, {}, false, S, S, P, P, false},
        Row{"no_source_required", measured({}, {}, kNone), measured({}, {}, kNone), {}, {}, true, F, F, P, F, true},
        Row{"no_source_and_failed_unit", measured({}, {}, kNone), measured({}, {}, kNone), {}, {"x"}, true, F, F, F, F, false}),
    [](const auto& row) { return std::string(row.param.name); });

// A missing value never passes, whatever else is measured.
RC_GTEST_PROP(Verdict, NothingMissingEverPasses, (bool cpu_before, bool cpu_after, bool required)) {
  RunConfig config;
  config.metrics_required = required;
  const auto value = [](bool present) -> std::optional<double> { return present ? std::optional<double>(5) : std::nullopt; };
  const auto evaluation = evaluate(measured(value(cpu_before), 1), measured(value(cpu_after), 1), {}, {}, config);
  RC_ASSERT((evaluation.cpu.check == Check::Passed) == (cpu_before && cpu_after));
  RC_ASSERT(evaluation.cpu.delta.has_value() == (cpu_before && cpu_after));
}

TEST(Verdict, MeasurementSurvivesStorage) {
  const auto stored = to_json(measured(12.5, {}));
  const auto back = measurement_from(stored);
  EXPECT_EQ(back.cpu_percent, 12.5);
  EXPECT_EQ(back.memory_percent, std::nullopt);
  EXPECT_EQ(back.source, MetricSourceKind::Prometheus);
}

}  // namespace
}  // namespace spm::engine
