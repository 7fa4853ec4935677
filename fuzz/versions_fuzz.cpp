// Comparing versions: a first byte for the family, then three lines.
// Laws, for any text: a version equals itself, and the order has two sides. For versions that fit the grammar it is an order: transitive.

#include <string>

#include "base/package_grammar.hpp"
#include "base/versions.hpp"
#include "fuzz/law.hpp"

namespace {

using namespace spm;
using fuzz::law;

std::string without_nul(std::string_view text) { return std::string(text.substr(0, text.find('\0'))); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto family = data[0] % 2 == 0 ? versions::Family::Deb : versions::Family::Rpm;
  auto rest = fuzz::text_of(data + 1, size - 1);
  const auto a = without_nul(fuzz::take_line(rest));
  const auto b = without_nul(fuzz::take_line(rest));
  const auto c = without_nul(fuzz::take_line(rest));
  const auto ab = versions::compare(family, a, b);
  const auto bc = versions::compare(family, b, c);
  const auto ac = versions::compare(family, a, c);
  law(versions::compare(family, a, a) == std::strong_ordering::equal, "a version equals itself");
  law(versions::compare(family, b, a) == (0 <=> ab), "what is older one way is newer the other");
  for (const auto& version : {a, b, c}) {
    if (!is_package_version(family, version)) return 0;
  }
  if (ab <= 0 && bc <= 0) law(ac <= 0, "older than the older is older");
  if (ab >= 0 && bc >= 0) law(ac >= 0, "newer than the newer is newer");
  if (ab == 0 && bc == 0) law(ac == 0, "equals of one are equal");
  return 0;
}
