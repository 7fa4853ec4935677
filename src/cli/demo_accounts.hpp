#pragma once
// People for a demo in which one logs in: somebody for every role, so that two can approve and one can try what is forbidden.

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace spm::cli {

struct DemoPerson {
  std::string_view username;
  std::string_view display_name;
  std::string_view role;
};

[[nodiscard]] const std::vector<DemoPerson>& demo_people();

// Puts them into the database, all with this password, which nobody has to change.
[[nodiscard]] Result<void> add_demo_people(const std::string& conninfo, const std::string& password, const Clock& clock);

}  // namespace spm::cli
