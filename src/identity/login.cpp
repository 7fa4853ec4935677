#include "identity/login.hpp"

#include <fmt/format.h>

#include "auth/password.hpp"
#include "base/networks.hpp"
#include "identity/identity_sql.hpp"
#include "log/log.hpp"

namespace spm::identity {
namespace {

std::string account_of(const Credentials& credentials) { return fmt::format("account {}", credentials.username); }
std::string address_of(const Credentials& credentials) { return fmt::format("address {}", household_of(credentials.from_address)); }

Attempts lock_attempts(db::Tx& tx, const std::string& subject, Time now) {
  (void)tx.execute(sql::prepare_attempts, {subject, now});
  const auto rows = tx.execute(sql::lock_attempts, {subject});
  return {static_cast<int>(rows[0].integer("failures")), rows[0].time("last_at"), rows[0].time_or_null("locked_until")};
}

tl::unexpected<Error> must_wait(std::chrono::seconds wait) {
  return fail(ErrorCode::RateLimited, fmt::format("too many failed logins; try again in {} s", wait.count()),
              {{"retry_after_seconds", wait.count()}});
}

struct Admitted {
  std::optional<User> user;
  std::optional<Time> locked_until;  // of the account, if this attempt fails
};

// The address first, then the account: always in this order, so that two attempts never wait for each other.
Result<Admitted> admit(db::Pool& pool, const Credentials& credentials, Time now) {
  db::Tx tx(pool);
  const auto address = lock_attempts(tx, address_of(credentials), now);
  if (const auto wait = wait_of(address, now)) return must_wait(*wait);
  const auto account = lock_attempts(tx, account_of(credentials), now);
  if (const auto wait = wait_of(account, now)) return must_wait(*wait);
  const auto store = [&](const std::string& subject, const Attempts& after) {
    (void)tx.execute(sql::store_attempts, {subject, after.failures, after.last_at, after.locked_until});
  };
  const auto after = after_failure(account, kWithAccount, now);
  store(address_of(credentials), after_failure(address, kWithAddress, now));
  store(account_of(credentials), after);
  Admitted admitted{find_user_by_name(tx, credentials.username), after.locked_until};
  tx.commit();
  return admitted;
}

tl::unexpected<Error> refused(db::Pool& pool, const Credentials& credentials, const Admitted& admitted, Time now) {
  log::warning("auth", "a login failed", {{"username", credentials.username}, {"from", credentials.from_address}});
  if (admitted.locked_until) {
    // For a name that nobody has too, or the time of the answer would tell. That name is not kept for ever: people type passwords into its
    // field.
    db::Tx tx(pool);
    record(tx, {"anonymous", credentials.from_address, now}, "auth.lockout", "user", admitted.user ? credentials.username : "", nullptr,
           json::object{{"locked_until", format_time(*admitted.locked_until)}});
    tx.commit();
  }
  return fail(ErrorCode::Unauthorized, "the user name or the password is wrong");
}

}  // namespace

Result<User> verified(db::Pool& pool, const Credentials& credentials, Time now) {
  const auto admitted = admit(pool, credentials, now);
  if (!admitted) return tl::unexpected(admitted.error());
  const auto fits = auth::verify_password(admitted->user ? admitted->user->password_hash : std::nullopt, credentials.password);
  if (!fits) return tl::unexpected(fits.error());
  if (!*fits || admitted->user->is_disabled) return refused(pool, credentials, *admitted, now);
  db::Tx tx(pool);
  (void)tx.execute(sql::give_back_attempt, {address_of(credentials)});
  (void)tx.execute(sql::forget_attempts, {account_of(credentials)});
  // Disabled, deleted or given another password while this one was looked at.
  const auto current = find_user(tx, admitted->user->id);
  if (!current || current->is_disabled || current->password_hash != admitted->user->password_hash) {
    return refused(pool, credentials, *admitted, now);
  }
  tx.commit();
  return *current;
}

}  // namespace spm::identity
