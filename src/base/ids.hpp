#pragma once
// Distinct types for the things that are addressed by number or name, so that one cannot be passed for another.

#include <compare>
#include <cstdint>
#include <string>

namespace spm {

template <class Tag>
struct Id {
  std::int64_t value = 0;
  auto operator<=>(const Id&) const = default;
};

using SystemId = Id<struct SystemTag>;              // UYUNI's server id ("sid"), also our key of `systems`
using QueueId = Id<struct QueueTag>;                // patch_test_queue.id
using TestId = Id<struct TestTag>;                  // patch_tests.id: one run of one erratum on one system
using ApprovalId = Id<struct ApprovalTag>;          // patch_approvals.id
using UyuniErratumId = Id<struct UyuniErratumTag>;  // UYUNI's patch id: differs between a vendor patch and its clone
using ActionId = Id<struct ActionTag>;              // UYUNI's action id

// An erratum's advisory name ("USN-7234-1", "RHSA-2026:0123"). It is the key of an erratum everywhere but in UYUNI's scheduling calls.
struct AdvisoryName {
  std::string value;
  auto operator<=>(const AdvisoryName&) const = default;
};

}  // namespace spm
