#pragma once
// What the approvals' endpoints answer, as JSON, and the cursor of their list. Pure; used inside this slice only.

#include <optional>
#include <string_view>
#include <vector>

#include "approvals/approvals.hpp"
#include "approvals/store.hpp"
#include "configuration/rules.hpp"
#include "engine/engine.hpp"
#include "http/page.hpp"

namespace spm::approvals {

[[nodiscard]] json::object to_json(const store::Pending& pending, const engine::TestSummary& test, const configuration::Document& rules,
                                   Time now);
[[nodiscard]] json::array to_json(const std::vector<store::EarlierDecision>& decisions);
[[nodiscard]] json::object to_json(const Decision& decision, const Decided& decided);

// What was not measured is null.
[[nodiscard]] json::object metrics_summary(const engine::TestSummary& test);

[[nodiscard]] json::array cursor_keys(std::string_view sort, const store::Pending& last);
[[nodiscard]] std::optional<store::Place> place_from(const json::array& keys, std::string_view sort);

}  // namespace spm::approvals
