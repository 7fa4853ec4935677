#include "sandbox/host.hpp"

#include <algorithm>

namespace spm::sandbox {
namespace {

double seconds_between(Time from, Time to) { return std::max(0.0, std::chrono::duration<double>(to - from).count()); }

double with_effects(const Host& host, EffectKind kind, double level) {
  for (const auto& active : host.effects) {
    if (active.effect.kind == kind) level += active.effect.percent;
  }
  return std::clamp(level, 0.5, 99.0);
}

}  // namespace

void CpuMeter::reset(Time boot, Time now, double level_percent) {
  const double up = seconds_between(boot, now) * kProcessors;
  since_ = now;
  level_ = level_percent;
  busy_ = up * level_percent / 100;
  idle_ = up - busy_;
}

void CpuMeter::set_level(Time now, double level_percent) {
  const double busy = busy_seconds(now);
  const double idle = idle_seconds(now);
  since_ = now;
  level_ = level_percent;
  busy_ = busy;
  idle_ = idle;
}

double CpuMeter::busy_seconds(Time now) const { return busy_ + seconds_between(since_, now) * kProcessors * level_ / 100; }
double CpuMeter::idle_seconds(Time now) const { return idle_ + seconds_between(since_, now) * kProcessors * (100 - level_) / 100; }

double Host::cpu_level() const { return with_effects(*this, EffectKind::Cpu, spec.cpu_percent); }
double Host::memory_level() const { return with_effects(*this, EffectKind::Memory, spec.memory_percent); }

bool Host::is_held_down(const std::string& unit) const {
  return std::any_of(effects.begin(), effects.end(), [&](const ActiveEffect& active) {
    return (active.effect.kind == EffectKind::ServiceDown || active.effect.kind == EffectKind::FailedUnit) && active.effect.unit == unit;
  });
}

}  // namespace spm::sandbox
