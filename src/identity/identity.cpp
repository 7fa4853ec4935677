#include "identity/identity.hpp"

#include "identity/api_support.hpp"
#include "identity/identity_sql.hpp"

namespace spm::identity {
namespace {

// Sessions that are over stay for a while, so that their number in audit rows still leads somewhere.
constexpr std::chrono::hours kSessionsKept{24 * 30};

void forget_old(db::Pool& pool, Time now) {
  db::Tx tx(pool);
  (void)tx.execute(sql::delete_old_sessions, {Time(now - kSessionsKept)});
  (void)tx.execute(sql::delete_old_attempts, {Time(now - kAttemptsKept)});
  (void)tx.execute(sql::delete_old_oidc_logins, {now});
  tx.commit();
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Settings& settings, const SingleSignOn& single_sign_on) {
  const Wiring wiring{pool, clock, settings, single_sign_on, auth::Seal(single_sign_on.secret_key)};
  auto all = auth_endpoints(wiring);
  for (const auto& part : {oidc_endpoints(wiring), user_endpoints(wiring), key_endpoints(wiring)})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

std::vector<scheduler::Task> tasks(db::Pool& pool, const Clock& clock) {
  return {{"forget_sessions", std::chrono::hours(1), [&pool, &clock](const std::stop_token&) { forget_old(pool, clock.now()); }}};
}

}  // namespace spm::identity
