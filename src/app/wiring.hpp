#pragma once
// Settings of the process, as each slice wants them. Pure, but for rescore_changed and configuration_followers, whose functions write
// scores.

#include "catalogue/catalogue.hpp"
#include "catalogue/sync.hpp"
#include "config/settings.hpp"
#include "configuration/configuration.hpp"
#include "engine/settings.hpp"
#include "scoring/scoring.hpp"

namespace spm::app {

[[nodiscard]] engine::Settings engine_settings_from(const config::Settings& settings, double time_factor);
// What can be changed at run time, as the process was started.
[[nodiscard]] configuration::Document configuration_from(const config::Settings& settings);
[[nodiscard]] configuration::Followers configuration_followers(db::Pool& pool, const Clock& clock, scoring::Weights weights);
[[nodiscard]] catalogue::SyncSettings sync_settings_from(const config::Settings& settings);
[[nodiscard]] std::vector<catalogue::Source> configured_sources(const config::Settings& settings);

// After a sync: what changed is scored anew. The catalogue cannot call scoring, which stands to its right.
[[nodiscard]] catalogue::OnChanged rescore_changed(db::Pool& pool, const Clock& clock, scoring::Weights weights);

}  // namespace spm::app
