#pragma once
// One erratum as UYUNI tells it in three calls: errata.getDetails, listCves, listPackages. The parsing is pure.

#include "integrations/uyuni/time_zone.hpp"
#include "net/xmlrpc.hpp"
#include "ports/advisory_source.hpp"

namespace spm::uyuni {

[[nodiscard]] ports::AdvisoryType advisory_type_of(std::string_view text);  // "Security Advisory", …

// Fills everything but cves, packages and distribution. Dates that cannot be read are left out.
[[nodiscard]] Result<ports::Advisory> parse_details(const xmlrpc::Value& answer, const AdvisoryName& name, const ServerTimeZone& zone);

[[nodiscard]] Result<std::set<std::string>> parse_cves(const xmlrpc::Value& answer);

struct ProvidedPackages {
  std::vector<ports::Package> packages;  // sorted, each once
  std::string distribution;              // releases of the channels that provide them: "ubuntu-22.04,ubuntu-24.04"; may be empty
};

// One package that makes no sense spoils the list: a list with a hole would promise a way back that is not there.
[[nodiscard]] Result<ProvidedPackages> parse_packages(const xmlrpc::Value& answer, const AdvisoryName& name);

}  // namespace spm::uyuni
