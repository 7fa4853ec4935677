#include "sandbox/salt/jobs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "sandbox/salt/functions.hpp"

namespace spm::sandbox::salt {
namespace {

constexpr std::size_t kRememberedJobs = 100;  // minion_jid_queue_hwm
constexpr Seconds kJobOverhead{2};
constexpr std::size_t kMaxEventSize = 1'048'576;

// The minion's own event bus cuts away what is too large before the master sees it, so that the job cache has no more than an answer has.
json::value as_sent(json::value value) {
  if (json::serialize(value).size() <= kMaxEventSize) return value;
  auto* members = value.if_object();
  if (members == nullptr) return "VALUE_TRIMMED";
  for (auto& member : *members) {
    if (json::serialize(member.value()).size() > kMaxEventSize / 2) member.value() = "VALUE_TRIMMED";
  }
  return value;
}

}  // namespace

Jobs::Jobs(World& world) : world_(world) {
  world_.on_offline.emplace_back([this](Host& host) {
    for (auto& [jid, job] : jobs_) {
      const auto result = job.results.find(host.minion_id);
      if (result != job.results.end() && is_running(result->second)) result->second.lost = true;
    }
  });
  world_.on_boot.emplace_back([this](Host& host) { seen_.erase(host.minion_id); });  // the queue lives in the minion's memory
}

const Job* Jobs::find(const std::string& jid) const {
  const auto found = jobs_.find(jid);
  return found == jobs_.end() ? nullptr : &found->second;
}

std::string Jobs::new_jid() {
  const auto day = std::chrono::floor<std::chrono::days>(world_.now());
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(world_.now() - day);
  for (std::int64_t extra = 0;; ++extra) {
    std::string jid = fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}{:06}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                                  static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(),
                                  clock.seconds().count(), (clock.subseconds().count() + extra) % 1'000'000);
    if (!jobs_.contains(jid)) return jid;
  }
}

const Job& Jobs::publish(Job job, const FunctionCall& call) {
  auto& stored = jobs_.try_emplace(job.jid, job).first->second;
  for (const auto& minion : job.minions) {
    auto* host = world_.host_by_minion(minion);
    if (host == nullptr || !host->online) continue;  // nothing queues a job for a minion that is away
    auto& seen = seen_[minion];
    if (std::find(seen.begin(), seen.end(), job.jid) != seen.end()) continue;
    seen.push_back(job.jid);
    if (seen.size() > kRememberedJobs) seen.pop_front();
    world_.record(*host, "salt_job", {{"jid", job.jid}, {"function", call.function}});
    auto done = run_function(world_, *host, job.jid, call);
    MinionResult result{world_.now() + world_.scaled(kJobOverhead + done.takes), false, as_sent(std::move(done.value)), done.retcode,
                        host->next_pid += 3};
    if (lose_results > 0) {
      --lose_results;
      result.lost = true;
      world_.record(*host, "return_lost", {{"jid", job.jid}});
    }
    stored.results.insert_or_assign(minion, std::move(result));
  }
  return stored;
}

}  // namespace spm::sandbox::salt
