#pragma once
// The services that a person uses, with their keys: a file that only its owner may read. One thread.

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace spm::spmctl {

struct Profile {
  std::string url;
  std::string key;      // empty: none
  std::string ca_file;  // empty: the system's
  bool verify_tls = true;
};

struct Profiles {
  std::string current;  // empty: none
  std::map<std::string, Profile> all;
};

// $XDG_CONFIG_HOME/spmctl/config.json, else ~/.config/spmctl/config.json.
[[nodiscard]] std::filesystem::path profiles_file();

// None when there is no file. An error when others may read it, when it belongs to another user, or when it makes no sense.
[[nodiscard]] Result<Profiles> read_profiles(const std::filesystem::path& file);
// Replaces the file at once and whole, with mode 0600.
[[nodiscard]] Result<void> write_profiles(const std::filesystem::path& file, const Profiles& profiles);

// Which service to talk to, and as whom.
struct Choice {
  std::string server;   // --server; empty: not given
  std::string profile;  // --profile; empty: not given
  std::string env_url;  // SPMCTL_URL
  std::string env_key;  // SPMCTL_KEY
};

// The server that was named, else the environment's, else the profile's. A key goes only to the server that it was stored for: the
// profile's is not sent to another one. An error when there is no server, or no such profile.
[[nodiscard]] Result<Profile> choose(const Profiles& profiles, const Choice& choice);

// "https://spm.example.org:5001" without a slash at its end; an error when it is no such URL.
[[nodiscard]] Result<std::string> checked_url(std::string url);

}  // namespace spm::spmctl
