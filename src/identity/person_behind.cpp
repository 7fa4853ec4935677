#include "identity/identity.hpp"
#include "identity/identity_sql.hpp"
#include "identity/keys.hpp"

namespace spm::identity {

std::string person_behind(db::Tx& tx, const std::string& actor) {
  const auto key = key_of_actor(actor);
  if (!key) return actor;
  const auto rows = tx.execute(sql::maker_key, {*key});
  return rows.empty() || rows[0].is_null("owner") ? actor : "user:" + rows[0].text("owner");
}

}  // namespace spm::identity
