#include "base/versions.hpp"

#include <memory>
#include <stdexcept>

// libsolv names a struct's field `requires`, a keyword of C++20. Fields are only reached through its functions here.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define requires requires_
extern "C" {
#include <solv/evr.h>
#include <solv/pool.h>
}
#undef requires

namespace spm::versions {
namespace {

using PoolPtr = std::unique_ptr<const Pool, void (*)(const Pool*)>;

PoolPtr make_pool(int distribution) {
  Pool* pool = pool_create();
  if (pool == nullptr || pool_setdisttype(pool, distribution) < 0) throw std::runtime_error("libsolv lacks the rules of dpkg or rpm");
  return {pool, [](const Pool* p) { pool_free(const_cast<Pool*>(p)); }};  // NOLINT: libsolv's free takes it non-const
}

// Comparing reads only the pool's distribution type, so that one constant pool a family serves all threads.
const Pool* pool_of(Family family) {
  static const PoolPtr deb = make_pool(DISTTYPE_DEB);
  static const PoolPtr rpm = make_pool(DISTTYPE_RPM);
  return family == Family::Deb ? deb.get() : rpm.get();
}

}  // namespace

std::optional<Family> family_of(std::string_view target_os) {
  if (target_os == "ubuntu" || target_os == "debian") return Family::Deb;
  if (target_os == "rhel" || target_os == "suse") return Family::Rpm;
  return std::nullopt;
}

std::strong_ordering compare(Family family, const std::string& a, const std::string& b) {
  return pool_evrcmp_str(pool_of(family), a.c_str(), b.c_str(), EVRCMP_COMPARE) <=> 0;
}

}  // namespace spm::versions
