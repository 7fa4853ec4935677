#include "integrations/uyuni/probe.hpp"

#include <fmt/format.h>

#include <charconv>

#include "integrations/uyuni/fields.hpp"

namespace spm::uyuni {
namespace {

constexpr int kOldestApi = 24;  // 2020.06: the calls that are used here exist since

}  // namespace

Result<ports::ProbeReport> UyuniProbe::probe() {
  const auto version = client_.call_without_session("api.systemVersion", net::kProbeTimeout);
  if (!version) return tl::unexpected<Error>(version.error());
  const auto api = client_.call_without_session("api.getVersion", net::kProbeTimeout);
  if (!api) return tl::unexpected<Error>(api.error());
  const auto roles = client_.call("user.listAssignableRoles", {}, net::Repeat::Probe, net::kProbeTimeout);
  if (!roles) return tl::unexpected<Error>(roles.error());
  if (version->string() == nullptr || api->string() == nullptr) return bad_answer("api.systemVersion", "it is not a string");
  ports::ProbeReport report{version->string()->substr(0, 64), {}};
  int level = 0;
  std::from_chars(api->string()->data(), api->string()->data() + api->string()->size(), level);
  if (level < kOldestApi)
    report.message = fmt::format("API level {} is older than {}: some calls may be missing", api->string()->substr(0, 20), kOldestApi);
  return report;
}

}  // namespace spm::uyuni
