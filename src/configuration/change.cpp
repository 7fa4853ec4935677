#include "configuration/change.hpp"

#include <fmt/format.h>

#include "audit/audit.hpp"
#include "http/field_errors.hpp"

namespace spm::configuration {
namespace {

tl::unexpected<Error> overtaken(const store::Version& in_force) {
  return fail(ErrorCode::Conflict,
              fmt::format("the configuration was changed meanwhile: version {} by {} is in force; look at it and change it again",
                          in_force.number, in_force.author),
              {{"version", in_force.number}, {"author", in_force.author}});
}

void record(db::Tx& tx, const Order& order, const Changed& changed) {
  json::object before;
  json::object after;
  for (const auto& one : changed.changes) {
    before[one.name] = one.from;
    after[one.name] = one.to;
  }
  json::object more{{"version", changed.version.number}};
  if (order.rollback_to) more["rollback_to"] = *order.rollback_to;
  audit::record(tx,
                {.actor = order.actor,
                 .from_address = order.from_address,
                 .action = order.rollback_to ? "config.rollback" : "config.change",
                 .subject_type = "configuration",
                 .subject_id = std::to_string(changed.version.number),
                 .before = std::move(before),
                 .after = std::move(after),
                 .reason = order.reason,
                 .at = order.at},
                {.topic = "config", .type = "config.changed", .more = std::move(more)});
}

}  // namespace

Result<json::object> overrides_after(const json::object& in_force, const json::object& values, Merge merge) {
  http::FieldErrors errors;
  for (const auto& [name, problem] : problems_of(values)) errors.add("values." + name, problem);
  if (!errors.empty()) return tl::unexpected(errors.to_error());
  json::object after = merge == Merge::LayOver ? in_force : json::object{};
  for (const auto& [name, value] : values) {
    if (value.is_null())
      after.erase(name);
    else
      after[name] = value;
  }
  return after;
}

Result<Changed> change(db::Tx& tx, const Document& defaults, const Order& order) {
  if (order.reason.find_first_not_of(" \t\r\n\f\v") == std::string::npos) {
    http::FieldErrors errors;
    errors.add("reason", "must say why, not only white space");
    return tl::unexpected(errors.to_error());
  }
  auto in_force = store::newest_version(tx);
  if (order.expected_version && *order.expected_version != in_force.number) return overtaken(in_force);
  auto changes = changes_between(applied(defaults, in_force.overrides), applied(defaults, order.overrides));
  if (order.overrides == in_force.overrides) return Changed{std::move(in_force), {}};
  Changed changed{{in_force.number + 1, order.overrides, to_json(changes), order.rollback_to, order.actor, order.reason, order.at},
                  std::move(changes)};
  if (!store::add_version(tx, changed.version)) return overtaken(store::newest_version(tx));
  record(tx, order, changed);
  return changed;
}

}  // namespace spm::configuration
