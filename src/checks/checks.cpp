#include "checks/checks.hpp"

#include "checks/checks_sql.hpp"

namespace spm::checks {

std::vector<Check> applicable(db::Tx& tx, SystemId system, const std::string& target_os, const std::vector<std::string>& groups) {
  std::vector<Check> found;
  for (const auto row : tx.execute(sql::applicable_checks, {target_os, groups, system}))
    found.push_back(check_from(row.json_value("definition").as_object()));
  return found;
}

}  // namespace spm::checks
