#pragma once
// The phases of a test run in the words of the domain, and how a run ends. What each phase does, may take and leads to: phases.hpp.

#include <array>
#include <optional>
#include <string_view>

namespace spm::engine {

enum class Phase { PreCheck, Snapshot, Baseline, Patch, Reboot, Stabilize, Validate, Services, Verdict, Rollback, PostRollback, Done };

inline constexpr std::array kAllPhases{Phase::PreCheck, Phase::Snapshot,  Phase::Baseline,     Phase::Patch,
                                       Phase::Reboot,   Phase::Stabilize, Phase::Validate,     Phase::Services,
                                       Phase::Verdict,  Phase::Rollback,  Phase::PostRollback, Phase::Done};

// Passed and Failed speak about the erratum. Error: the test could not tell (infrastructure, a timeout).
enum class Verdict { Passed, Failed, Error };

[[nodiscard]] std::string_view to_string(Phase phase);  // "pre_check", …
[[nodiscard]] std::optional<Phase> parse_phase(std::string_view text);
[[nodiscard]] std::string_view to_string(Verdict verdict);
[[nodiscard]] std::optional<Verdict> parse_verdict(std::string_view text);

}  // namespace spm::engine
