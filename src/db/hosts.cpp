#include "db/hosts.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace spm::db {

std::vector<std::string> hosts_of(const std::string& conninfo) {
  std::vector<std::string> hosts;
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(conninfo.c_str(), nullptr), &PQconninfoFree);
  for (const auto* option = options.get(); option != nullptr && option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if (option->val == nullptr || (keyword != "host" && keyword != "hostaddr")) continue;
    for (std::string_view rest = option->val; !rest.empty();) {  // several, parted by commas
      const auto host = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(host.size() + 1, rest.size()));
      if (!host.empty() && !host.starts_with('/') && !host.starts_with('@')) hosts.emplace_back(host);
    }
  }
  return hosts;
}

}  // namespace spm::db
