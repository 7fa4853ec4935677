#include "engine/phases.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "engine/steps/steps.hpp"

namespace spm::engine {
namespace {

using namespace std::chrono_literals;
using enum Phase;
constexpr auto kInfra = queue::FailureClass::Infra;
constexpr auto kTransient = queue::FailureClass::Transient;

// clang-format off
constexpr std::array kPhases{
  //       phase         step                  deadline retries trouble    on done       on fail       on abort
  PhaseRow{PreCheck,     steps::pre_check,     10min,   1,      kInfra,    Snapshot,     Phase::Done,  Phase::Done},
  PhaseRow{Snapshot,     steps::snapshot,      10min,   1,      kInfra,    Baseline,     Phase::Done,  Phase::Done},
  PhaseRow{Baseline,     steps::baseline,      10min,   1,      kInfra,    Patch,        Phase::Done,  Phase::Done},
  PhaseRow{Patch,        steps::patch,         10min,   0,      kTransient,Reboot,       Rollback,     Rollback},
  PhaseRow{Reboot,       steps::reboot,        10min,   0,      kTransient,Stabilize,    Rollback,     Rollback},
  PhaseRow{Stabilize,    steps::stabilize,     5min,    0,      kTransient,Validate,     Rollback,     Rollback},
  PhaseRow{Validate,     steps::validate,      10min,   1,      kTransient,Services,     Rollback,     Rollback},
  PhaseRow{Services,     steps::services,      15min,   1,      kTransient,Verdict,      Rollback,     Rollback},
  PhaseRow{Verdict,      steps::verdict,       5min,    0,      kTransient,Phase::Done,  Rollback,     Rollback},
  PhaseRow{Rollback,     steps::rollback,      60min,   2,      kTransient,PostRollback, Phase::Done,  Rollback},
  PhaseRow{PostRollback, steps::post_rollback, 20min,   2,      kTransient,Phase::Done,  Phase::Done,  PostRollback},
};
// clang-format on

}  // namespace

std::span<const PhaseRow> phases() { return kPhases; }

const PhaseRow& row_of(Phase phase) {
  for (const auto& row : kPhases) {
    if (row.phase == phase) return row;
  }
  throw std::logic_error(fmt::format("phase {} has no row", to_string(phase)));
}

std::chrono::seconds deadline_of(Phase phase, const RunConfig& config, const Settings& settings) {
  const auto own = row_of(phase).deadline;
  switch (phase) {
    case Patch: return own + settings.action_timeout;
    case Reboot: return own + settings.reboot_timeout + config.wait_after_reboot;
    case Stabilize: return own + config.wait_after_patch;
    case Rollback: return own + settings.reboot_timeout + config.wait_after_reboot;
    default: return own;
  }
}

}  // namespace spm::engine
