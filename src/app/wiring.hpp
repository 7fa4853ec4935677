#pragma once
// Settings of the process, as each part wants them. Pure, but for rescore_changed and configuration_followers, whose functions write
// scores, and address_policy_from, which looks up names.

#include "catalogue/catalogue.hpp"
#include "catalogue/sync.hpp"
#include "config/settings.hpp"
#include "configuration/configuration.hpp"
#include "cves/cves.hpp"
#include "engine/settings.hpp"
#include "http/request_limits.hpp"
#include "identity/identity.hpp"
#include "net/address_policy.hpp"
#include "scoring/scoring.hpp"

namespace spm::app {

[[nodiscard]] engine::Settings engine_settings_from(const config::Settings& settings, double time_factor);
[[nodiscard]] identity::Settings identity_settings_from(const config::Settings& settings);
[[nodiscard]] identity::SingleSignOn single_sign_on_from(const config::Settings& settings, ports::IdentityProvider* provider);
// What can be changed at run time, as the process was started.
[[nodiscard]] configuration::Document configuration_from(const config::Settings& settings);
[[nodiscard]] configuration::Followers configuration_followers(db::Pool& pool, const Clock& clock, scoring::Weights weights);
[[nodiscard]] catalogue::SyncSettings sync_settings_from(const config::Settings& settings);
[[nodiscard]] std::vector<catalogue::Source> configured_sources(const config::Settings& settings);
[[nodiscard]] cves::Places cve_places_from(const config::Settings& settings);
[[nodiscard]] http::Rate request_rate_from(const config::Settings& settings);
[[nodiscard]] http::Rate attempt_rate_from(const config::Settings& settings);
// Where custom checks may connect to: not to this machine, nor to the database as its name leads to it now.
[[nodiscard]] net::AddressPolicy address_policy_from(const config::Settings& settings);

// After a sync: what changed is scored anew. The catalogue cannot call scoring, which stands to its right.
[[nodiscard]] catalogue::OnChanged rescore_changed(db::Pool& pool, const Clock& clock, scoring::Weights weights);

}  // namespace spm::app
