#pragma once
// Which hosts a connection string names. Pure.

#include <string>
#include <vector>

namespace spm::db {

// Names and addresses; folders of Unix sockets are none. Empty when the string makes no sense: connecting says why.
[[nodiscard]] std::vector<std::string> hosts_of(const std::string& conninfo);

}  // namespace spm::db
