#pragma once
// The upstreams of one installation, made from its settings: who implements which port. Owned by Service and by `check`.

#include <memory>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "health/health.hpp"
#include "integrations/cve_lists/reader.hpp"
#include "integrations/oidc/provider.hpp"
#include "integrations/prometheus/prometheus.hpp"
#include "integrations/salt/commands.hpp"
#include "integrations/spm_sync/spm_sync.hpp"
#include "integrations/uyuni/fleet.hpp"
#include "integrations/uyuni/inventory.hpp"
#include "integrations/uyuni/probe.hpp"
#include "integrations/uyuni/script_commands.hpp"
#include "integrations/uyuni/session.hpp"

namespace spm::app {

class Upstreams {
 public:
  // Connects nowhere: an upstream that is down at the start is one that is down later. Throws std::runtime_error for a time zone that the
  // system does not know.
  Upstreams(const config::Settings& settings, const Clock& clock, const net::CallObserver& observer);

  [[nodiscard]] ports::Inventory& inventory() { return *inventory_; }
  [[nodiscard]] ports::Fleet& fleet() { return *fleet_; }
  [[nodiscard]] ports::Commands& commands() { return *commands_; }
  [[nodiscard]] ports::AdvisoryCatalogue* catalogue() { return spm_sync_.get(); }  // null: not configured
  [[nodiscard]] ports::MetricsSource* metrics() { return prometheus_.get(); }      // null: not configured

  [[nodiscard]] ports::CveLists& cve_lists() { return cve_lists_; }

  [[nodiscard]] ports::IdentityProvider* identity_provider() { return oidc_.get(); }  // null: not configured

  // Every upstream with its probe, in the order in which people think of them; not configured ones have none.
  [[nodiscard]] std::vector<health::Watched> watched() const;

 private:
  config::Settings settings_;
  std::unique_ptr<uyuni::UyuniClient> uyuni_;
  std::unique_ptr<uyuni::UyuniInventory> inventory_;
  std::unique_ptr<uyuni::UyuniFleet> fleet_;
  std::unique_ptr<uyuni::UyuniProbe> uyuni_probe_;
  std::unique_ptr<uyuni::UyuniCommands> scripts_;
  std::unique_ptr<salt::SaltCommands> salt_;
  std::unique_ptr<spm_sync::SpmSyncCatalogue> spm_sync_;
  std::unique_ptr<prometheus::PrometheusMetrics> prometheus_;
  std::unique_ptr<oidc::OidcProvider> oidc_;
  cve_lists::ListReader cve_lists_;
  ports::Commands* commands_ = nullptr;
};

// For commands that need no other upstream.
[[nodiscard]] std::unique_ptr<ports::CveLists> make_cve_lists();

}  // namespace spm::app
