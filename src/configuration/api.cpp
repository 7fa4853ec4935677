// The endpoints of /api/v1/config.

#include <fmt/format.h>

#include <memory>

#include "base/json_write.hpp"
#include "configuration/change.hpp"
#include "configuration/configuration.hpp"
#include "configuration/store.hpp"
#include "http/field_errors.hpp"
#include "http/page.hpp"

namespace spm::configuration {
namespace {

using access::Permission;
using http::Method;
using http::Request;
using http::Response;

struct Context {
  db::Pool& pool;
  const Clock& clock;
  Document defaults;
  Followers followers;
};

tl::unexpected<Error> no_such_version(std::int64_t number) {
  return fail(ErrorCode::NotFound, fmt::format("version {} of the configuration does not exist", number));
}

// ---------------------------------------------------------------- answers

std::string_view source_of(const Field& field, const json::object& overrides, const json::value& at_start) {
  if (overrides.contains(field.name)) return "runtime";
  return at_start == field.read(Document{}) ? "default" : "environment";
}

json::object field_json(const Field& field, const Document& in_force, const Context& context, const json::object& overrides) {
  const auto at_start = field.read(context.defaults);
  const bool is_number = field.kind == Kind::Integer || field.kind == Kind::Number;
  return {{"name", field.name},
          {"type", to_string(field.kind)},
          {"value", field.read(in_force)},
          {"default", at_start},
          {"source", source_of(field, overrides, at_start)},
          {"minimum", is_number ? json::value(field.minimum) : json::value(nullptr)},
          {"maximum", is_number ? json::value(field.maximum) : json::value(nullptr)},
          {"choices", json::array(field.choices.begin(), field.choices.end())},
          {"unit", field.unit},
          {"description", field.description}};
}

json::object version_json(const store::Version& version) {
  return {{"version", version.number},
          {"author", version.author},
          {"reason", version.reason},
          {"created_at", or_null(version.created_at)},
          {"rollback_to", or_null(version.rollback_to)},
          {"changes", version.changes}};
}

json::object document_json(const Context& context, const store::Version& version) {
  const auto in_force = applied(context.defaults, version.overrides);
  json::array all;
  for (const auto& field : fields()) all.push_back(field_json(field, in_force, context, version.overrides));
  auto shown = version_json(version);
  shown["fields"] = std::move(all);
  return shown;
}

json::value effect_json(const std::optional<ScoreEffect>& effect) {
  if (!effect) return nullptr;
  return json::object{{"scored", effect->scored}, {"changed", effect->changed}};
}

// ---------------------------------------------------------------- reading

// GET /config
Result<Response> show(const Context& context, const Request&) {
  db::Tx tx(context.pool);
  return http::json_response(200, document_json(context, store::newest_version(tx)));
}

// GET /config/versions
Result<Response> list_versions(const Context& context, const Request& request) {
  const auto page = http::page_of(request);
  if (!page) return tl::unexpected(page.error());
  std::optional<std::int64_t> below;
  if (page->cursor) {
    if (page->cursor->size() != 1 || !page->cursor->front().is_int64()) {
      http::FieldErrors errors;
      errors.add("cursor", "belongs to another list; start from the first page");
      return tl::unexpected(errors.to_error());
    }
    below = page->cursor->front().get_int64();
  }
  db::Tx tx(context.pool);
  json::array items;
  std::optional<std::string> next;
  for (const auto& version : store::page_of_versions(tx, below, page->limit, page->offset)) {
    items.push_back(version_json(version));
    if (static_cast<std::int64_t>(items.size()) == page->limit) next = http::encode_cursor({version.number});
  }
  return http::json_response(200, http::list_answer(std::move(items), store::newest_version(tx).number, *page, next));
}

// GET /config/versions/{version}
Result<Response> show_version(const Context& context, const Request& request) {
  db::Tx tx(context.pool);
  const auto version = store::find_version(tx, request.path_id("version"));
  if (!version) return no_such_version(request.path_id("version"));
  return http::json_response(200, document_json(context, *version));
}

// GET /config/diff
Result<Response> diff(const Context& context, const Request& request) {
  db::Tx tx(context.pool);
  const auto newest = store::newest_version(tx);
  const auto to = request.query_param("to") ? std::stoll(*request.query_param("to")) : newest.number;
  const auto from = request.query_param("from") ? std::stoll(*request.query_param("from")) : std::max<std::int64_t>(to - 1, 0);
  const auto before = store::find_version(tx, from);
  const auto after = store::find_version(tx, to);
  if (!before) return no_such_version(from);
  if (!after) return no_such_version(to);
  const auto changes = changes_between(applied(context.defaults, before->overrides), applied(context.defaults, after->overrides));
  return http::json_response(200, json::object{{"from", from}, {"to", to}, {"changes", to_json(changes)}});
}

// POST /config/preview
Result<Response> preview(const Context& context, const Request& request) {
  json::object in_force;
  {
    db::Tx tx(context.pool);
    in_force = store::newest_overrides(tx);
  }
  const auto overrides = overrides_after(in_force, request.json_body.at("values").as_object(), Merge::LayOver);
  if (!overrides) return tl::unexpected(overrides.error());
  const auto after = applied(context.defaults, *overrides);
  const auto changes = changes_between(applied(context.defaults, in_force), after);
  std::optional<ScoreEffect> effect;
  if (changes_scores(changes)) effect = context.followers.compare_scores(after.score);
  return http::json_response(200, json::object{{"changes", to_json(changes)}, {"scores", effect_json(effect)}});
}

// ---------------------------------------------------------------- changing

// Scores follow after the commit. Should the process die before, the job "rescore" does it within minutes.
Result<Response> commit_and_follow(const Context& context, db::Tx& tx, const Changed& changed) {
  tx.commit();
  std::optional<ScoreEffect> effect;
  if (changes_scores(changed.changes)) {
    effect = context.followers.compare_scores(applied(context.defaults, changed.version.overrides).score);
    context.followers.rescore();
  }
  auto answer = version_json(changed.version);
  answer["changes"] = to_json(changed.changes);
  answer["scores"] = effect_json(effect);
  return http::json_response(200, answer);
}

Order order_of(const Context& context, const Request& request) {
  const auto& body = request.json_body.as_object();
  return {.expected_version = std::nullopt,
          .overrides = {},
          .rollback_to = std::nullopt,
          .actor = request.principal.actor,
          .from_address = request.remote_address,
          .reason = std::string(body.at("reason").as_string()),
          .at = context.clock.now()};
}

Result<Response> set(const Context& context, const Request& request, Merge merge) {
  const auto& body = request.json_body.as_object();
  auto order = order_of(context, request);
  order.expected_version = body.at("version").as_int64();
  db::Tx tx(context.pool);
  auto overrides = overrides_after(store::newest_overrides(tx), body.at("values").as_object(), merge);
  if (!overrides) return tl::unexpected(overrides.error());
  order.overrides = *std::move(overrides);
  const auto changed = change(tx, context.defaults, order);
  if (!changed) return tl::unexpected(changed.error());
  return commit_and_follow(context, tx, *changed);
}

// PUT /config: the values that are named, and no others.
Result<Response> replace(const Context& context, const Request& request) { return set(context, request, Merge::Replace); }

// PATCH /config: the values that are named; the others stay.
Result<Response> amend(const Context& context, const Request& request) { return set(context, request, Merge::LayOver); }

// POST /config/rollback
Result<Response> roll_back(const Context& context, const Request& request) {
  const auto number = request.json_body.at("version").as_int64();
  auto order = order_of(context, request);
  db::Tx tx(context.pool);
  const auto version = store::find_version(tx, number);
  if (!version) return no_such_version(number);
  order.overrides = version->overrides;
  order.rollback_to = number;
  const auto changed = change(tx, context.defaults, order);
  if (!changed) return tl::unexpected(changed.error());
  return commit_and_follow(context, tx, *changed);
}

}  // namespace

std::vector<http::Endpoint> endpoints(db::Pool& pool, const Clock& clock, const Document& defaults, Followers followers) {
  const auto context = std::make_shared<const Context>(Context{pool, clock, defaults, std::move(followers)});
  const auto with = [context](auto handler) { return [context, handler](const Request& request) { return handler(*context, request); }; };
  return {
      {Method::Get, "/api/v1/config", Permission::ReadConfiguration, with(show)},
      {Method::Put, "/api/v1/config", Permission::ManageConfiguration, with(replace)},
      {Method::Patch, "/api/v1/config", Permission::ManageConfiguration, with(amend)},
      {Method::Get, "/api/v1/config/versions", Permission::ReadConfiguration, with(list_versions)},
      {Method::Get, "/api/v1/config/versions/{version}", Permission::ReadConfiguration, with(show_version)},
      {Method::Get, "/api/v1/config/diff", Permission::ReadConfiguration, with(diff)},
      {Method::Post, "/api/v1/config/preview", Permission::ReadConfiguration, with(preview)},
      {Method::Post, "/api/v1/config/rollback", Permission::ManageConfiguration, with(roll_back)},
  };
}

}  // namespace spm::configuration
