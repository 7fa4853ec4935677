#include "catalogue/details.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <span>
#include <thread>

#include "catalogue/merge_write.hpp"
#include "log/log.hpp"

namespace spm::catalogue {
namespace {

constexpr std::size_t kBatch = 200;

using Answers = std::vector<std::optional<Result<Told>>>;  // nullopt: not asked, because a stop came first

Answers ask(std::span<const AdvisoryName> names, int concurrency, const LookUp& look_up, const std::stop_token& stop) {
  Answers answers(names.size());
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr bug;  // of one of the threads; passed on by this one
  const auto work = [&] {
    try {
      while (!stop.stop_requested()) {
        const auto mine = next.fetch_add(1);
        if (mine >= names.size()) return;
        answers[mine].emplace(look_up(names[mine]));
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      bug = std::current_exception();
    }
  };
  std::vector<std::jthread> threads;
  const auto count = std::min(names.size(), static_cast<std::size_t>(std::max(1, concurrency)));
  for (std::size_t i = 0; i < count; ++i) threads.emplace_back(work);
  threads.clear();  // joins: the answers are complete
  if (bug) std::rethrow_exception(bug);
  return answers;
}

bool is_about_the_upstream(const Error& error) {
  return error.upstream == UpstreamFailure::Unreachable || error.upstream == UpstreamFailure::OutcomeUnknown;
}

// The error when not one of the batch reached the upstream: asking for the rest would only take longer.
std::optional<Error> common_failure(const Answers& answers) {
  std::optional<Error> error;
  for (const auto& answer : answers) {
    if (!answer) continue;
    if (answer->has_value() || !is_about_the_upstream(answer->error())) return std::nullopt;
    if (!error) error = answer->error();
  }
  return error;
}

void store_batch(db::Pool& pool, const Clock& clock, std::span<const AdvisoryName> names, Answers& answers, LookUpReport& report) {
  std::vector<Told> told;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) continue;
    if (answers[i]->has_value()) {
      told.push_back(std::move(**answers[i]));
      continue;
    }
    const auto& message = answers[i]->error().message;
    report.failed.push_back({names[i], message});
    log::warning("catalogue", "an erratum could not be read and was skipped; the next sync tries it again",
                 {{"errata_id", names[i]}, {"error", message}});
  }
  const auto written = write_told(pool, told, clock.now());
  for (const auto& one : told) report.stored.push_back(one.advisory.name);
  report.changed.insert(report.changed.end(), written.changed.begin(), written.changed.end());
  report.updated += written.updated;
}

}  // namespace

Result<LookUpReport> look_up_all(db::Pool& pool, const Clock& clock, const std::vector<AdvisoryName>& names, int concurrency,
                                 const LookUp& look_up, const std::stop_token& stop) {
  LookUpReport report;
  const std::span<const AdvisoryName> all(names);
  for (std::size_t at = 0; at < all.size() && !stop.stop_requested(); at += kBatch) {
    const auto batch = all.subspan(at, std::min(kBatch, all.size() - at));
    auto answers = ask(batch, concurrency, look_up, stop);
    if (auto error = common_failure(answers)) return tl::unexpected(std::move(*error));
    store_batch(pool, clock, batch, answers, report);
  }
  return report;
}

}  // namespace spm::catalogue
