#pragma once
// The two sources of errata as small objects that a test fills, breaks and counts calls of.

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ports/advisory_source.hpp"

namespace spm::test {

class FakeInventory final : public ports::Inventory {
 public:
  std::vector<ports::SystemGroup> group_list{{"test-ubuntu-2404", "tests", 1, 1}};
  std::vector<ports::Organisation> organisation_list{{1, "Hospital"}};
  std::vector<ports::ManagedSystem> system_list;
  std::map<SystemId, std::vector<ports::ApplicableErratum>> missing;
  std::map<AdvisoryName, ports::Advisory> details;
  std::set<SystemId> left_out;           // applicable() does not mention them
  std::set<SystemId> spoiling;           // applicable() cannot read an answer with them in it
  std::map<AdvisoryName, Error> broken;  // advisory() of these fails
  std::optional<Error> down;             // every call fails
  std::atomic<int> detail_calls{0};
  std::atomic<int> parallel{0};
  std::atomic<int> most_parallel{0};

  Result<std::vector<ports::SystemGroup>> groups() override {
    if (down) return tl::unexpected(*down);
    return group_list;
  }
  Result<std::vector<ports::Organisation>> organisations() override {
    if (down) return tl::unexpected(*down);
    return organisation_list;
  }
  Result<std::vector<ports::ManagedSystem>> systems() override {
    if (down) return tl::unexpected(*down);
    return system_list;
  }
  Result<std::map<SystemId, std::vector<ports::ApplicableErratum>>> applicable(const std::vector<SystemId>& systems) override {
    if (down) return tl::unexpected(*down);
    std::map<SystemId, std::vector<ports::ApplicableErratum>> out;
    for (const auto id : systems) {
      if (spoiling.contains(id)) return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::BadAnswer, "a member is of the wrong type");
      if (!left_out.contains(id)) out[id] = missing[id];
    }
    return out;
  }
  Result<ports::Advisory> advisory(const AdvisoryName& name) override {
    ++detail_calls;
    const int now = ++parallel;
    int most = most_parallel.load();
    while (now > most && !most_parallel.compare_exchange_weak(most, now)) {
    }
    auto answer = answer_of(name);
    --parallel;
    return answer;
  }

  void add_system(std::int64_t id, const std::string& name, const std::vector<std::string>& groups, const std::string& os = "ubuntu",
                  const std::string& release = "ubuntu-24.04") {
    ports::ManagedSystem system;
    system.id = {id};
    system.name = name;
    system.minion_id = name;
    system.ip = "192.0.2." + std::to_string(id % 250);
    system.target_os = os;
    system.os_release = release;
    system.groups = groups;
    system.org_id = 1;
    system.reboot_pending = false;
    system_list.push_back(system);
  }

  // An erratum with details, missing on the systems.
  ports::Advisory& add_erratum(const std::string& name, const std::vector<std::int64_t>& systems, const std::string& package = "openssl",
                               const std::string& evr = "3.0-1") {
    ports::Advisory advisory;
    advisory.name = {name};
    advisory.synopsis = name + " fixes " + package;
    advisory.description = "It fixes " + package + ".";
    advisory.type = ports::AdvisoryType::Security;
    advisory.severity = ports::Severity::High;
    advisory.severity_source = ports::SeveritySource::Vendor;
    advisory.source = "usn";
    advisory.cves = {"CVE-2026-1001"};
    advisory.packages = {{{package, evr, "amd64", 200'000}}};
    for (const auto system : systems) {
      missing[{system}].push_back({{name}, {9000}, advisory.synopsis, advisory.type, "2026-11-20", false, false});
    }
    return details[{name}] = advisory;
  }

 private:
  [[nodiscard]] Result<ports::Advisory> answer_of(const AdvisoryName& name) const {
    if (down) return tl::unexpected(*down);
    if (const auto found = broken.find(name); found != broken.end()) return tl::unexpected(found->second);
    if (const auto found = details.find(name); found != details.end()) return found->second;
    return fail_upstream(ErrorCode::UyuniError, UpstreamFailure::Refused, "no such patch: " + name.value);
  }
};

class FakeCatalogue final : public ports::AdvisoryCatalogue {
 public:
  std::optional<std::vector<ports::Advisory>> list = std::vector<ports::Advisory>{};  // nullopt: generation 3.x
  std::map<AdvisoryName, std::vector<ports::Package>> package_lists;
  std::optional<Error> down;
  std::atomic<int> package_calls{0};

  Result<std::optional<std::vector<ports::Advisory>>> advisories() override {
    if (down) return tl::unexpected(*down);
    return list;
  }
  Result<std::vector<ports::Package>> packages(const AdvisoryName& name) override {
    ++package_calls;
    if (down) return tl::unexpected(*down);
    if (const auto found = package_lists.find(name); found != package_lists.end()) return found->second;
    return fail_upstream(ErrorCode::SpmSyncError, UpstreamFailure::Refused, "Errata not found");
  }

  ports::Advisory& add(const std::string& name, ports::Severity severity = ports::Severity::Medium,
                       const std::string& distribution = "ubuntu-24.04") {
    ports::Advisory advisory;
    advisory.name = {name};
    advisory.synopsis = name + " in the catalogue";
    advisory.type = ports::AdvisoryType::Security;
    advisory.severity = severity;
    advisory.severity_source = ports::SeveritySource::Vendor;
    advisory.source = "usn";
    advisory.distribution = distribution;
    advisory.issued_at = *parse_time("2026-11-01T10:00:00Z");
    list->push_back(advisory);
    return list->back();
  }
};

inline Error unreachable(const std::string& who = "UYUNI") {
  return {ErrorCode::UyuniError, who + " did not answer within 10 s", {}, UpstreamFailure::Unreachable};
}

}  // namespace spm::test
