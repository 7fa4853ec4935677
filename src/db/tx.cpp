#include <libpq-fe.h>

#include "db/db.hpp"

namespace spm::db {

Tx::Tx(Pool& pool) : lease_(pool.acquire()) { lease_->run_script("BEGIN"); }

Tx::~Tx() {
  if (!open_) return;
  try {
    lease_->run_script("ROLLBACK");
  } catch (const std::exception&) {
    // The connection is gone or stuck, and its transaction with it; the pool drops it because it is not idle.
  }
}

Rows Tx::execute(const Statement& statement, Params params) {
  if (!open_) throw std::logic_error("statement " + std::string(statement.name) + " after the end of its transaction");
  return lease_->execute(statement, params);
}

// COMMIT of a transaction in which a statement failed answers ROLLBACK without an error: the caller must not take it for a commit.
void Tx::commit() {
  if (!open_) throw std::logic_error("a transaction was committed twice");
  if (PQtransactionStatus(lease_->handle()) != PQTRANS_INTRANS) {
    throw DatabaseError("a transaction in which a statement had failed cannot be committed", "25P02", "");
  }
  open_ = false;
  lease_->run_script("COMMIT");
}

}  // namespace spm::db
