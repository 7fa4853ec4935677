#pragma once
// "spmctl profile add|list|use|remove". One thread.

#include <string>

#include "base/error.hpp"
#include "spmctl/profiles.hpp"

namespace spm::spmctl {

struct NewProfile {
  std::string name;
  Profile profile;
  bool asks_for_key = true;
};

// The key comes from stdin: typed without being shown, or the first line of what is piped in. The first profile becomes the current one.
[[nodiscard]] Result<void> add_profile(NewProfile added);
[[nodiscard]] Result<void> list_profiles();
[[nodiscard]] Result<void> use_profile(const std::string& name);
[[nodiscard]] Result<void> remove_profile(const std::string& name);

}  // namespace spm::spmctl
