#pragma once
// The structs that several methods return (uyuni-xmlrpc 3, 4.1, 4.2, 4.6, 6). A member without a value is left out, never nil.

#include "sandbox/uyuni/method.hpp"

namespace spm::sandbox::uyuni {

[[nodiscard]] Struct short_system(const Call& call, const Host& host);     // ShortSystemInfo without `created`, as listSystems gives it
[[nodiscard]] Struct system_overview(const Call& call, const Host& host);  // id, name, created, last_boot, last_checkin
[[nodiscard]] Struct system_details(const Call& call, const Host& host);   // getDetails
[[nodiscard]] Struct errata_overview(const Call& call, const Erratum& erratum);
[[nodiscard]] Struct errata_short(const Call& call, const Erratum& erratum);
[[nodiscard]] Struct server_group(const Call& call, const std::string& name);
[[nodiscard]] Struct channel(const Call& call, const OsProfile& os);
[[nodiscard]] Time published_at(const Erratum& erratum);
[[nodiscard]] Answer script_results(const Call& call, const Action& action);

// Systems in the order of the lists: upper-cased name, then id.
[[nodiscard]] std::vector<const Host*> sorted_hosts(const Call& call);

}  // namespace spm::sandbox::uyuni
