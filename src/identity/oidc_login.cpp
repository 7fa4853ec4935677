#include "identity/oidc_login.hpp"

#include <algorithm>

#include "auth/token.hpp"
#include "identity/identity_sql.hpp"
#include "log/log.hpp"

namespace spm::identity {
namespace {

constexpr std::string_view kNonce = "oidc nonce";
constexpr std::string_view kVerifier = "oidc verifier";
constexpr std::string_view kProvider = "oidc";  // as the actor of audit rows: what it says about a person

struct Flow {
  ports::LoginProof proof;
  std::string return_to;
};

tl::unexpected<LoginProblem> failed(LoginProblem problem, const Return& back, std::string_view cause) {
  log::warning("auth", "a login by single sign-on failed",
               {{"problem", to_string(problem)}, {"cause", cause}, {"from", back.from.address}});
  return tl::unexpected(problem);
}

// Gone once it was taken, whatever comes of it: an answer cannot be played again.
std::optional<Flow> take_flow(const Wiring& wiring, const Return& back) {
  db::Tx tx(wiring.pool);
  const auto rows =
      tx.execute(sql::take_oidc_login, {auth::token_hash(back.state), auth::token_hash(back.browser_token), wiring.clock.now()});
  if (rows.empty()) return std::nullopt;
  const auto nonce = wiring.seal.open(rows[0].text("nonce"), kNonce);
  const auto verifier = wiring.seal.open(rows[0].text("verifier"), kVerifier);
  tx.commit();
  if (!nonce || !verifier) return std::nullopt;
  return Flow{{back.state, *nonce, *verifier}, rows[0].text("return_to")};
}

bool is_admin(const std::vector<std::string>& roles) {
  return std::find(roles.begin(), roles.end(), access::to_string(access::Role::Admin)) != roles.end();
}

// The provider says today what the person may do here.
User with_roles(db::Tx& tx, const User& before, const std::vector<std::string>& roles, const std::string& display_name,
                const Acting& acting) {
  User after = before;
  after.roles = roles;
  if (!display_name.empty()) after.display_name = display_name;
  if (is_admin(roles)) after.scope = {};  // an admin has none
  if (recorded(after) == recorded(before)) return after;
  (void)tx.execute(sql::update_user,
                   {after.id, after.display_name, after.roles, access::filter_of(after.scope), false, false, acting.actor, acting.now});
  record(tx, acting, "user.change", "user", after.username, recorded(before), recorded(after));
  return after;
}

std::optional<User> lock_person(db::Tx& tx, const ports::KnownPerson& person) {
  const auto rows = tx.execute(sql::lock_user_by_subject, {person.issuer, person.subject});
  return rows.empty() ? std::nullopt : std::optional(user_from(rows[0]));
}

// nullopt: somebody else has or had the name. Whoever that is, the account is not given away.
std::optional<User> add_person(db::Tx& tx, const ports::KnownPerson& person, const std::vector<std::string>& roles, const Acting& acting) {
  User user;
  user.username = outside_username(person.username, person.issuer, person.subject);
  user.display_name = person.display_name;
  user.roles = roles;
  user.is_outside = true;
  const auto rows = tx.execute(sql::insert_outside_user,
                               {user.username, user.display_name, person.issuer, person.subject, user.roles, acting.actor, acting.now});
  if (rows.empty()) return lock_person(tx, person);  // added by the same person's other window meanwhile
  user.id = rows[0].integer("id");
  record(tx, acting, "user.add", "user", user.username, nullptr, recorded(user));
  return user;
}

// Whose account it is, with today's roles.
tl::expected<User, LoginProblem> admitted(db::Tx& tx, const Wiring& wiring, const ports::KnownPerson& person, const Acting& acting) {
  const auto roles = access::roles_of_groups(wiring.single_sign_on.group_roles, person.groups);
  auto user = lock_person(tx, person);
  if (user && user->is_disabled) return tl::unexpected(LoginProblem::Disabled);
  if (roles.empty()) {
    // Who lost the last role loses it everywhere: in sessions that are open and for the own API keys.
    if (user) {
      (void)with_roles(tx, *user, {}, "", acting);
      (void)tx.execute(sql::end_sessions, {user->id, std::nullopt, acting.now});
    }
    return tl::unexpected(LoginProblem::NoRole);
  }
  if (!user) user = add_person(tx, person, roles, acting);
  if (!user) return tl::unexpected(LoginProblem::NameTaken);
  if (user->is_disabled) return tl::unexpected(LoginProblem::Disabled);
  return with_roles(tx, *user, roles, person.display_name, acting);
}

}  // namespace

tl::expected<Departure, LoginProblem> depart(const Wiring& wiring, const std::string& return_to) {
  const ports::LoginProof proof{auth::random_token(), auth::random_token(), auth::random_token()};
  const auto url = wiring.single_sign_on.provider->login_url(proof);
  if (!url) {
    log::warning("auth", "a login by single sign-on could not begin", {{"cause", url.error().message}});
    return tl::unexpected(problem_of(url.error().upstream));
  }
  const auto browser = auth::random_token();
  db::Tx tx(wiring.pool);
  (void)tx.execute(sql::insert_oidc_login,
                   {auth::token_hash(proof.state), auth::token_hash(browser), wiring.seal.close(proof.nonce, kNonce),
                    wiring.seal.close(proof.verifier, kVerifier), return_to, wiring.clock.now() + kLoginLasts});
  tx.commit();
  return Departure{*url, browser};
}

tl::expected<Arrival, LoginProblem> arrive(const Wiring& wiring, const Return& back) {
  const auto flow = take_flow(wiring, back);
  if (!flow) return failed(LoginProblem::Expired, back, "no such login is under way in this browser");
  if (back.error || !back.code) return failed(LoginProblem::Denied, back, back.error.value_or("no code came"));
  const auto person = wiring.single_sign_on.provider->redeem({*back.code, back.issuer}, flow->proof);
  if (!person) return failed(problem_of(person.error().upstream), back, person.error().message);
  const auto now = wiring.clock.now();
  db::Tx tx(wiring.pool);
  const auto user = admitted(tx, wiring, *person, {std::string(kProvider), back.from.address, now});
  if (!user) {
    tx.commit();
    return failed(user.error(), back, "issuer and subject: " + person->issuer + " " + person->subject);
  }
  const auto opened = open_session(tx, user->id, back.from, wiring.settings, now);
  (void)tx.execute(sql::mark_oidc_session, {opened.id, person->end_session_url.empty()
                                                           ? std::nullopt
                                                           : std::optional(wiring.seal.close(person->end_session_url, kEndSessionUrl))});
  record(tx, {user->actor(), back.from.address, now}, "auth.login", "user", user->username, nullptr, json::object{{"method", "oidc"}});
  tx.commit();
  return Arrival{opened.token, flow->return_to};
}

}  // namespace spm::identity
