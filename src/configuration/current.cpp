#include "configuration/configuration.hpp"
#include "configuration/store.hpp"
#include "log/log.hpp"

namespace spm::configuration {

Document current(db::Tx& tx, Document defaults) {
  const auto overrides = store::newest_overrides(tx);
  for (const auto& [name, problem] : problems_of(overrides))
    log::warning("configuration", "a stored value is passed over; the default stands", {{"field", name}, {"problem", problem}});
  return applied(std::move(defaults), overrides);
}

}  // namespace spm::configuration
