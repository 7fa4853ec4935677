#include "engine/steps/custom_checks.hpp"

#include <fmt/format.h>

#include "checks/rules.hpp"
#include "engine/evidence.hpp"

namespace spm::engine::steps {
namespace {

using checks::Check;
using checks::Kind;

struct Try {
  bool was_run = false;
  std::string problem;  // empty: it passed
  json::value seen;     // what was answered, bounded
};

Try not_run(const std::string& why) { return {false, "it could not be run: " + why, nullptr}; }

Awaited<Try> try_command(StepContext& context, const Check& check, std::size_t index, std::int64_t number) {
  const auto batch = context.batch(fmt::format("check_{}_{}", index + 1, number), {{checks::words_of(check), check.timeout}});
  if (!batch) return batch.answer();
  if (!batch->is_done()) return not_run(batch->reason);
  const auto& output = batch->outputs.front();
  return Try{true, checks::judge_command(check, output.exit_status, output.output),
             json::object{{"exit", output.exit_status}, {"output", bounded(output.output)}}};
}

Try try_http(StepContext& context, const Check& check) {
  const auto url = checks::with_host(check.url, context.run().subject.ip);
  if (!url) return not_run("the system's address is not known");
  const auto answer = context.network()->get({*url, check.verify_tls, check.timeout});
  if (!answer) return {true, answer.error().message, json::object{{"url", *url}}};
  return {true, checks::judge_http(check, answer->status, answer->body),
          json::object{{"url", *url}, {"status", answer->status}, {"body", bounded(storable(answer->body))}}};
}

Try try_tcp(StepContext& context, const Check& check) {
  const auto host = checks::with_host(check.host, context.run().subject.ip);
  if (!host) return not_run("the system's address is not known");
  const auto connected = context.network()->connect(*host, check.port, check.timeout);
  return {true, connected ? "" : connected.error().message, json::object{{"host", *host}, {"port", check.port}}};
}

Awaited<Try> try_once(StepContext& context, const Check& check, std::size_t index, std::int64_t number) {
  if (check.kind == Kind::Command) return try_command(context, check, index, number);
  if (context.network() == nullptr) return not_run("this orchestrator asks nothing over the network");
  return check.kind == Kind::Http ? try_http(context, check) : try_tcp(context, check);
}

std::string fact_name(const Run& run, std::string_view what) {
  return fmt::format("{}_{}_checks_{}", to_string(run.phase), run.attempt, what);
}

json::array done_so_far(const Run& run) {
  const auto* known = run.facts.if_contains(fact_name(run, "done"));
  return known == nullptr ? json::array{} : known->as_array();
}

CustomChecks summary(json::array results) {
  CustomChecks found;
  for (const auto& entry : results) {
    const auto& result = entry.as_object();
    if (result.at("passed").as_bool()) continue;
    found.failed.push_back(
        fmt::format("{}: {}", std::string_view(result.at("name").as_string()), std::string_view(result.at("reason").as_string())));
    found.all_were_run = found.all_were_run && result.at("was_run").as_bool();
  }
  found.results = std::move(results);
  return found;
}

}  // namespace

Awaited<CustomChecks> run_custom_checks(StepContext& context) {
  const auto& run = context.run();
  const auto& all = context.config().custom_checks;
  auto results = done_so_far(run);
  if (results.size() >= all.size()) return summary(std::move(results));

  const auto& check = all[results.size()];
  const auto number = number_fact(run, fact_name(run, "try")).value_or(1);
  const auto seen = try_once(context, check, results.size(), number);
  if (!seen) return seen.answer();
  if (!seen->problem.empty() && number <= check.retries) {
    return Outcome(WaitUntil{context.after(check.retry_after),
                             fmt::format("check \"{}\" (try {} of {}): {}", check.name, number, check.retries + 1, seen->problem),
                             {{fact_name(run, "try"), number + 1}}});
  }
  results.push_back(json::object{{"name", check.name},
                                 {"type", checks::to_string(check.kind)},
                                 {"passed", seen->problem.empty()},
                                 {"was_run", seen->was_run},
                                 {"tries", number},
                                 {"reason", bounded(storable(seen->problem))},
                                 {"seen", seen->seen},
                                 {"at", format_time(context.now())}});
  // One check a step: a worker is never held for longer than one answer may take.
  return Outcome(WaitUntil{context.now(),
                           fmt::format("{} of {} checks were made", results.size(), all.size()),
                           {{fact_name(run, "done"), std::move(results)}, {fact_name(run, "try"), 1}}});
}

}  // namespace spm::engine::steps
