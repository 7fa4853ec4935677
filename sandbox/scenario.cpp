#include "sandbox/scenario.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "base/time.hpp"
#include "sandbox/embedded.hpp"
#include "sandbox/os_profile.hpp"
#include "sandbox/scenario_fields.hpp"

namespace spm::sandbox {
namespace {

const std::map<std::string, EffectKind, std::less<>> kEffects{{"needs_reboot", EffectKind::NeedsReboot},
                                                              {"service_down", EffectKind::ServiceDown},
                                                              {"failed_unit", EffectKind::FailedUnit},
                                                              {"cpu", EffectKind::Cpu},
                                                              {"memory", EffectKind::Memory},
                                                              {"patch_fails", EffectKind::PatchFails},
                                                              {"installs_nothing", EffectKind::InstallsNothing},
                                                              {"slow", EffectKind::Slow},
                                                              {"lost_result", EffectKind::LostResult},
                                                              {"breaks_custom", EffectKind::BreaksCustom}};

std::optional<Effect> read_effect(Fields fields) {
  const std::string type = fields.text("type");
  if (type == "none") {
    fields.finish();
    return std::nullopt;
  }
  const auto kind = kEffects.find(type);
  if (kind == kEffects.end()) fields.wrong("type", fmt::format("'{}' is not an effect", type));
  Effect effect{.kind = kind->second};
  const auto is = [&](EffectKind wanted) { return effect.kind == wanted; };
  if (is(EffectKind::ServiceDown)) effect.unit = fields.text("service");
  if (is(EffectKind::FailedUnit)) effect.unit = fields.text("unit");
  if (is(EffectKind::Cpu) || is(EffectKind::Memory)) effect.percent = fields.number("percent");
  if (is(EffectKind::PatchFails)) effect.message = fields.text("message");
  if (is(EffectKind::Slow)) effect.time = std::chrono::seconds(fields.integer("seconds"));
  if (is(EffectKind::BreaksCustom)) effect.command = fields.text("command");
  if (!effect.unit.empty() && effect.unit.find('.') == std::string::npos) effect.unit += ".service";
  fields.finish();
  return effect;
}

Expectation read_expectation(Fields fields) {
  Expectation expect;
  expect.result = fields.one_of("result", {"passed", "failed", "error", "none"});
  expect.failure_phase = fields.text("failure_phase", "");
  expect.failure_class = fields.text("failure_class", "");
  expect.reboot = fields.flag("reboot", false);
  expect.rollback = fields.one_of("rollback", {"snapshot", "package", "none", "either"}, "none");
  expect.decision = fields.one_of("decision", {"approve", "reject", "snooze", "none"}, "none");
  expect.final_status = fields.text("final_status");
  fields.finish();
  return expect;
}

ErratumPackage read_package(Fields fields) {
  ErratumPackage package;
  package.name = fields.text("name");
  package.evr = fields.text("evr");
  package.arch = fields.text("arch", "");
  package.size_bytes = static_cast<std::int64_t>(fields.number("size_kb", 100) * 1024);
  if (fields.has("from")) package.from = fields.text("from");
  package.added = fields.flag("added", false);
  fields.finish();
  return package;
}

void require_profile(const Fields& fields, const std::string& os) {
  if (find_profile(os) == nullptr) fields.wrong("os", fmt::format("'{}' is not one of {}", os, fmt::join(profile_ids(), ", ")));
}

ErratumSpec read_erratum(Fields fields, std::chrono::sys_seconds now) {
  ErratumSpec erratum;
  erratum.advisory = fields.text("advisory");
  erratum.os = fields.text("os");
  erratum.catalogue_only = fields.flag("catalogue_only", false);
  if (!erratum.catalogue_only) require_profile(fields, erratum.os);
  erratum.type = fields.one_of("type", {"Security Advisory", "Bug Fix Advisory", "Product Enhancement Advisory"}, "Security Advisory");
  erratum.severity = fields.one_of("severity", {"Critical", "Important", "Moderate", "Low", "Unspecified"}, "Unspecified");
  erratum.synopsis = fields.text("synopsis");
  erratum.description = fields.text("description", "");
  const auto days_ago = fields.integer("published_days_ago", 7);
  erratum.published = fields.text("published", format_time(now - std::chrono::days(days_ago)));
  if (!parse_time(erratum.published)) fields.wrong("published", "must be a time in UTC such as 2026-01-31T09:05:00Z");
  erratum.cves = fields.texts("cves");
  for (auto item : fields.objects("packages")) erratum.packages.push_back(read_package(std::move(item)));
  erratum.reboot_suggested = fields.flag("reboot_suggested", false);
  erratum.restart_suggested = fields.flag("restart_suggested", false);
  erratum.retracted = fields.flag("retracted", false);
  for (auto item : fields.objects("effects")) {
    if (auto effect = read_effect(std::move(item))) erratum.effects.push_back(*effect);
  }
  if (fields.has("expect")) erratum.expect = read_expectation(fields.object("expect"));
  fields.finish();
  return erratum;
}

ScriptedCommand read_command(Fields fields) {
  ScriptedCommand command{static_cast<int>(fields.integer("exit", 0)), fields.text("output", "")};
  fields.finish();
  return command;
}

SystemSpec read_system(Fields fields) {
  SystemSpec system;
  system.name = fields.text("name");
  system.os = fields.text("os");
  require_profile(fields, system.os);
  system.test = fields.one_of("role", {"test", "production"}) == "test";
  system.groups = fields.texts("groups");
  system.roles = fields.texts("server_roles");
  system.snapper = fields.flag("snapper", true);
  system.online = fields.flag("online", true);
  system.cpu_percent = fields.number("cpu_percent", 5);
  system.memory_percent = fields.number("memory_percent", 35);
  system.free_mb = static_cast<int>(fields.integer("free_mb", 20'000));
  system.packages = fields.text_map("packages");
  system.custom_values = fields.text_map("custom_values");
  for (auto& [command, item] : fields.object_map("commands")) system.commands.emplace(command, read_command(std::move(item)));
  for (const auto& role : system.roles) {
    if (find_role(*find_profile(system.os), role) == nullptr) fields.wrong("server_roles", fmt::format("'{}' is not a role", role));
  }
  fields.finish();
  return system;
}

UyuniSpec read_uyuni(Fields fields) {
  UyuniSpec spec;
  spec.user = fields.text("user", spec.user);
  spec.password = fields.text("password", spec.password);
  spec.time_zone = fields.text("time_zone", spec.time_zone);
  spec.product_version = fields.text("product_version", spec.product_version);
  spec.api_version = fields.text("api_version", spec.api_version);
  spec.organisation = fields.text("organisation", spec.organisation);
  spec.session_lifetime = std::chrono::seconds(fields.integer("session_lifetime_seconds", spec.session_lifetime.count()));
  fields.finish();
  return spec;
}

SaltSpec read_salt(Fields fields) {
  SaltSpec spec;
  spec.user = fields.text("user", spec.user);
  spec.password = fields.text("password", spec.password);
  spec.eauth = fields.text("eauth", spec.eauth);
  if (fields.has("clients")) spec.clients = fields.texts("clients");
  fields.finish();
  return spec;
}

SpmSyncSpec read_spm_sync(Fields fields) {
  SpmSyncSpec spec;
  spec.generation = static_cast<int>(fields.integer("generation", 2));
  if (spec.generation != 2 && spec.generation != 3) fields.wrong("generation", "must be 2 or 3");
  spec.honour_offset = fields.flag("honour_offset", false);
  spec.api_key = fields.text("api_key", spec.api_key);
  fields.finish();
  return spec;
}

CveSpec read_cve(Fields fields) {
  CveSpec cve{fields.text("cve"), fields.number("cvss"), fields.number("epss"), fields.flag("exploited", false)};
  fields.finish();
  return cve;
}

void require_unique_names(const Scenario& scenario) {
  std::set<std::string> seen;
  for (const auto& system : scenario.systems) {
    if (!seen.insert(system.name).second) throw ScenarioError("systems: the name '" + system.name + "' stands twice");
  }
  for (const auto& erratum : scenario.errata) {
    if (!seen.insert(erratum.advisory).second) throw ScenarioError("errata: the advisory '" + erratum.advisory + "' stands twice");
  }
}

Scenario read_scenario(Fields fields, std::chrono::sys_seconds now) {
  Scenario scenario;
  scenario.name = fields.text("name");
  scenario.seed = static_cast<std::uint64_t>(fields.integer("seed", 1));
  if (fields.has("uyuni")) scenario.uyuni = read_uyuni(fields.object("uyuni"));
  if (fields.has("salt")) scenario.salt = read_salt(fields.object("salt"));
  if (fields.has("spm_sync")) scenario.spm_sync = read_spm_sync(fields.object("spm_sync"));
  for (auto item : fields.objects("systems")) scenario.systems.push_back(read_system(std::move(item)));
  for (auto item : fields.objects("errata")) scenario.errata.push_back(read_erratum(std::move(item), now));
  for (auto item : fields.objects("cves")) scenario.cves.push_back(read_cve(std::move(item)));
  fields.finish();
  require_unique_names(scenario);
  return scenario;
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text, std::chrono::sys_seconds now) {
  boost::system::error_code error;
  const json::value document = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return fail(ErrorCode::ValidationError, "the scenario is not JSON: " + error.message());
  try {
    return read_scenario(Fields("scenario", document), now);
  } catch (const ScenarioError& wrong) {
    return fail(ErrorCode::ValidationError, wrong.what());
  }
}

Result<Scenario> read_scenario_file(const std::string& path, std::chrono::sys_seconds now) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::NotFound, fmt::format("scenario file {} cannot be read", path));
  std::ostringstream text;
  text << file.rdbuf();
  auto scenario = parse_scenario(text.str(), now);
  if (!scenario) scenario.error().message = path + ": " + scenario.error().message;
  return scenario;
}

Result<Scenario> embedded_scenario(std::string_view name, std::chrono::sys_seconds now) {
  const auto text = embedded_text(std::string(name) + ".json");
  if (text.empty()) return fail(ErrorCode::NotFound, fmt::format("there is no embedded scenario '{}'; known: demo, small", name));
  return parse_scenario(text, now);
}

}  // namespace spm::sandbox
