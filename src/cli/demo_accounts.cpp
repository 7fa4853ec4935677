#include "cli/demo_accounts.hpp"

#include "db/db.hpp"
#include "identity/identity.hpp"

namespace spm::cli {

const std::vector<DemoPerson>& demo_people() {
  static const std::vector<DemoPerson> people{{"ada", "Ada Conti", "admin"},      {"otto", "Otto Ferri", "operator"},
                                              {"anna", "Anna Serra", "approver"}, {"bruno", "Bruno Galli", "approver"},
                                              {"vera", "Vera Moretti", "viewer"}, {"aldo", "Aldo Riva", "auditor"}};
  return people;
}

Result<void> add_demo_people(const std::string& conninfo, const std::string& password, const Clock& clock) {
  db::Pool pool(conninfo, 1);
  const identity::Acting acting{.actor = "console:demo", .from_address = "", .now = clock.now()};
  for (const auto& person : demo_people()) {
    const auto added = identity::add_user(pool,
                                          {.username = std::string(person.username),
                                           .display_name = std::string(person.display_name),
                                           .roles = {std::string(person.role)},
                                           .password = password,
                                           .must_change_password = false},
                                          acting);
    if (!added) return tl::unexpected<Error>(added.error());
  }
  return {};
}

}  // namespace spm::cli
