#include "audit/audit.hpp"

#include "audit/audit_sql.hpp"

namespace spm::audit {

void append(db::Tx& tx, const Entry& entry) {
  tx.execute(sql::append, {entry.actor, entry.from_address, entry.action, entry.subject_type, entry.subject_id, entry.before, entry.after,
                           entry.reason, entry.at});
}

}  // namespace spm::audit
