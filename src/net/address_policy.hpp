#pragma once
// Where the orchestrator connects when people tell it an address (custom checks). They may ask for the systems they manage, in private
// networks too; not for the orchestrator itself, its database, or a cloud's metadata service behind it. Immutable; safe from any thread.
//
// The check is made on the address of each connection, after the name was looked up and for that connection alone: a name that leads
// elsewhere the next time changes nothing.

#include <sys/socket.h>

#include <optional>
#include <string>
#include <vector>

#include "base/networks.hpp"

namespace spm::net {

class AddressPolicy {
 public:
  // `allowed` may be reached whatever the rest says. `own` are this machine's addresses, and those of its database.
  AddressPolicy(std::vector<IpNetwork> allowed, const std::vector<IpAddress>& own);

  // Why it must not be connected to; nullopt when it may.
  [[nodiscard]] std::optional<std::string> refusal(const IpAddress& address) const;

 private:
  std::vector<IpNetwork> allowed_;
  std::vector<IpNetwork> own_;
};

// nullopt for another kind of socket address.
[[nodiscard]] std::optional<IpAddress> ip_of(const sockaddr* address);
// The addresses of this machine's interfaces.
[[nodiscard]] std::vector<IpAddress> interface_addresses();
// What the names lead to now; those that lead nowhere are left out. Blocks for the look-up.
[[nodiscard]] std::vector<IpAddress> resolve(const std::vector<std::string>& hosts);

}  // namespace spm::net
