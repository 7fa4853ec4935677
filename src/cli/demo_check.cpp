#include "cli/demo_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <map>
#include <set>
#include <thread>

#include "net/http_client.hpp"

namespace spm::cli {
namespace {

using std::chrono::steady_clock;

// The REST API as the check uses it: JSON in, status and JSON out.
class Api {
 public:
  explicit Api(DemoApi api) : api_(std::move(api)), client_({}) {}

  struct Answer {
    int status = 0;
    json::value body;
  };

  [[nodiscard]] Result<Answer> call(const std::string& method, const std::string& path, const json::value& body = nullptr) const {
    net::HttpRequest request;
    request.method = method;
    request.url = api_.base_url + path;
    request.headers = {{"Accept", "application/json"}};
    if (!body.is_null()) {
      request.headers.emplace_back("Content-Type", "application/json");
      request.body = json::serialize(body);
    }
    auto answer = client_.send(request, ErrorCode::InternalError);
    if (!answer) return tl::unexpected<Error>(answer.error());
    boost::system::error_code broken;
    auto parsed = json::parse(answer->body, broken);
    if (broken) return fail(ErrorCode::InternalError, fmt::format("{} {} answered {} without JSON", method, path, answer->status));
    return Answer{answer->status, std::move(parsed)};
  }

 private:
  DemoApi api_;
  net::HttpClient client_;
};

std::string text_of(const json::value& object, std::string_view key) {
  const auto* found = object.is_object() ? object.as_object().if_contains(key) : nullptr;
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::int64_t integer_of(const json::value& object, std::string_view key) {
  const auto* found = object.is_object() ? object.as_object().if_contains(key) : nullptr;
  return found != nullptr && found->is_int64() ? found->as_int64() : 0;
}

bool flag_of(const json::value& object, std::string_view key) {
  const auto* found = object.is_object() ? object.as_object().if_contains(key) : nullptr;
  return found != nullptr && found->is_bool() && found->as_bool();
}

// '/' and what else a path segment may not hold does not occur in the demo's advisory names; ':' may stand.
std::string item_path(std::int64_t queue_id, std::string_view verb) { return fmt::format("/approvals/{}/{}", queue_id, verb); }

struct Seen {
  std::string status;
  std::int64_t queue_id = 0;
  std::int64_t test_id = 0;
  json::value result;  // GET /test/{id}/result
  json::value test;    // GET /test/{id}
};

class Check {
 public:
  Check(const DemoApi& api, const std::vector<Expected>& script, std::FILE* out, const std::stop_token& stop)
      : api_(api), script_(script), out_(out), stop_(stop) {}

  Result<bool> run(std::chrono::seconds limit) {
    deadline_ = steady_clock::now() + limit;
    if (auto synced = sync(); !synced) return tl::unexpected<Error>(synced.error());
    if (auto queued = queue_all(); !queued) return tl::unexpected<Error>(queued.error());
    while (!is_finished() && steady_clock::now() < deadline_) {
      if (stop_.stop_requested()) return fail(ErrorCode::ServiceUnavailable, "interrupted");
      if (auto done = turn(); !done) return tl::unexpected<Error>(done.error());
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
    if (auto read = read_results(); !read) return tl::unexpected<Error>(read.error());
    return print();
  }

 private:
  Result<bool> sync() {
    if (auto triggered = api_.call("POST", "/sync/trigger", json::object{}); !triggered) return tl::unexpected<Error>(triggered.error());
    std::fprintf(out_, "syncing the catalogue ...\n");
    while (steady_clock::now() < deadline_ && !stop_.stop_requested()) {
      auto known = known_errata();
      if (!known) return tl::unexpected<Error>(known.error());
      if (*known) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(250));
    }
    return fail(ErrorCode::InternalError, "the scripted errata did not all appear in the catalogue; see GET /sync/status");
  }

  // Every scripted erratum is in the catalogue, scored.
  Result<bool> known_errata() {
    for (const auto& expected : script_) {
      auto profile = api_.call("GET", "/risk-profile/" + expected.advisory);
      if (!profile) return tl::unexpected<Error>(profile.error());
      if (profile->status != 200) return false;
    }
    return true;
  }

  Result<bool> queue_all() {
    std::map<std::string, json::array> by_os;
    for (const auto& expected : script_) by_os[expected.target_os].emplace_back(expected.advisory);
    for (auto& [target_os, errata] : by_os) {
      auto added = api_.call("POST", "/queue/add", json::object{{"errata_ids", errata}, {"target_os", target_os}, {"notes", "demo check"}});
      if (!added) return tl::unexpected<Error>(added.error());
      if (added->status != 201 && added->status != 200) {
        return fail(ErrorCode::InternalError,
                    fmt::format("queueing for {} answered {}: {}", target_os, added->status, json::serialize(added->body)));
      }
      std::fprintf(out_, "queued %zu errata for %s\n", errata.size(), target_os.c_str());
    }
    return true;
  }

  Result<bool> turn() {
    if (auto started = start_tests(); !started) return started;
    if (auto read = read_queue(); !read) return read;
    return decide();
  }

  Result<bool> start_tests() {
    std::set<std::string> systems;
    for (const auto& expected : script_) systems.insert(expected.target_os);
    for (const auto& target_os : systems) {
      for (int free = 0; free < 8; ++free) {
        auto started = api_.call("POST", "/test/start", json::object{{"target_os", target_os}});
        if (!started) return tl::unexpected<Error>(started.error());
        if (started->status != 201) break;
        seen_[text_of(started->body, "errata_id")].test_id = integer_of(started->body, "test_id");
      }
    }
    return true;
  }

  Result<bool> read_queue() {
    auto queue = api_.call("GET", "/queue?limit=500");
    if (!queue) return tl::unexpected<Error>(queue.error());
    const auto* items = queue->body.is_object() ? queue->body.as_object().if_contains("items") : nullptr;
    if (items == nullptr || !items->is_array()) return fail(ErrorCode::InternalError, "GET /queue answered without items");
    for (const auto& item : items->as_array()) {
      auto& seen = seen_[text_of(item, "errata_id")];
      seen.status = text_of(item, "status");
      seen.queue_id = integer_of(item, "id");
    }
    return true;
  }

  Result<bool> decide() {
    for (const auto& expected : script_) {
      const auto& seen = seen_[expected.advisory];
      if (seen.status != "pending_approval" || expected.decision.empty() || expected.decision == "none") continue;
      json::object body{{"reason", "demo check: " + expected.decision}};
      if (expected.decision == "snooze") body["snooze_days"] = 7;
      auto decided = api_.call("POST", item_path(seen.queue_id, expected.decision), body);
      if (!decided) return tl::unexpected<Error>(decided.error());
      if (decided->status != 200) {
        return fail(ErrorCode::InternalError, fmt::format("{} of {} answered {}: {}", expected.decision, expected.advisory, decided->status,
                                                          json::serialize(decided->body)));
      }
    }
    return true;
  }

  [[nodiscard]] bool is_finished() {
    return std::all_of(script_.begin(), script_.end(), [this](const Expected& expected) {
      return expected.final_status == "superseded" || seen_[expected.advisory].status == expected.final_status;
    });
  }

  Result<bool> read_results() {
    if (auto read = read_queue(); !read) return read;
    for (const auto& expected : script_) {
      auto& seen = seen_[expected.advisory];
      if (seen.test_id == 0) continue;
      auto test = api_.call("GET", fmt::format("/test/{}", seen.test_id));
      auto result = api_.call("GET", fmt::format("/test/{}/result", seen.test_id));
      if (!test) return tl::unexpected<Error>(test.error());
      if (!result) return tl::unexpected<Error>(result.error());
      seen.test = test->body;
      seen.result = result->body;
    }
    return true;
  }

  // Empty when the erratum ended where it must; otherwise what differs.
  Result<std::string> difference(const Expected& expected) {
    const auto& seen = seen_[expected.advisory];
    if (expected.final_status == "superseded") return superseded_difference(expected);
    if (seen.status != expected.final_status)
      return fmt::format("is {}, must be {}", seen.status.empty() ? "not queued" : seen.status, expected.final_status);
    if (expected.result.empty()) return std::string();
    if (text_of(seen.result, "result") != expected.result)
      return fmt::format("result {}, must be {}", text_of(seen.result, "result"), expected.result);
    if (!expected.failure_phase.empty() && text_of(seen.result, "failure_phase") != expected.failure_phase) {
      return fmt::format("failed in {}, must fail in {}", text_of(seen.result, "failure_phase"), expected.failure_phase);
    }
    if (flag_of(seen.result, "reboot_performed") != expected.reboot)
      return std::string(expected.reboot ? "was not rebooted" : "was rebooted");
    const bool is_rolled_back = flag_of(seen.result, "rollback_performed");
    if (is_rolled_back != (expected.rollback != "none")) return std::string(is_rolled_back ? "was rolled back" : "was not rolled back");
    if (is_rolled_back && expected.rollback != "either" && text_of(seen.result, "rollback_type") != expected.rollback) {
      return fmt::format("rolled back by {}, must be by {}", text_of(seen.result, "rollback_type"), expected.rollback);
    }
    if (is_rolled_back && text_of(seen.result, "rollback_status") != "verified") return std::string("the rollback was not verified");
    return std::string();
  }

  Result<std::string> superseded_difference(const Expected& expected) {
    auto erratum = api_.call("GET", "/errata/" + expected.advisory);
    if (!erratum) return tl::unexpected<Error>(erratum.error());
    const auto& status = seen_[expected.advisory].status;
    if (text_of(erratum->body, "superseded_by").empty()) return std::string("is not superseded");
    if (!status.empty() && status != "superseded") return fmt::format("is {} although a newer erratum covers it", status);
    return std::string();
  }

  static std::string phases_of(const json::value& test) {
    std::string text;
    const auto* phases = test.is_object() ? test.as_object().if_contains("phases") : nullptr;
    if (phases == nullptr || !phases->is_array()) return text;
    for (const auto& phase : phases->as_array()) {
      const auto status = text_of(phase, "status");
      if (status == "pending" || status == "skipped") continue;
      const auto* seconds = phase.as_object().if_contains("duration_seconds");
      const double duration = seconds != nullptr && seconds->is_number() ? seconds->to_number<double>() : 0.0;
      text += fmt::format("{}{}{} {:.1f}", text.empty() ? "" : ", ", text_of(phase, "name"), status == "failed" ? "!" : "", duration);
    }
    return text;
  }

  Result<bool> print() {
    std::size_t right = 0;
    std::fprintf(out_, "\n%-16s %-7s %-8s %-7s %-9s %-17s %-5s  %s\n", "erratum", "os", "result", "reboot", "rollback", "ended as", "ok",
                 "phases (seconds, ! failed)");
    for (const auto& expected : script_) {
      auto& seen = seen_[expected.advisory];
      auto differs = difference(expected);
      if (!differs) return tl::unexpected<Error>(differs.error());
      right += differs->empty() ? 1 : 0;
      const auto status =
          seen.status.empty() ? expected.final_status == "superseded" && differs->empty() ? "superseded" : "-" : seen.status;
      std::fprintf(out_, "%-16s %-7s %-8s %-7s %-9s %-17s %-5s  %s\n", expected.advisory.c_str(), expected.target_os.c_str(),
                   seen.test_id == 0 ? "-" : text_of(seen.result, "result").c_str(),
                   flag_of(seen.result, "reboot_performed") ? "yes" : "no",
                   flag_of(seen.result, "rollback_performed") ? text_of(seen.result, "rollback_type").c_str() : "no",
                   std::string(status).c_str(), differs->empty() ? "yes" : "NO", phases_of(seen.test).c_str());
      if (!differs->empty()) std::fprintf(out_, "    -> %s; %s\n", differs->c_str(), text_of(seen.result, "failure_reason").c_str());
    }
    std::fprintf(out_, "\n%zu of %zu errata ended where the fleet's script says they must\n", right, script_.size());
    return right == script_.size();
  }

  Api api_;
  const std::vector<Expected>& script_;
  std::FILE* out_;
  std::stop_token stop_;
  steady_clock::time_point deadline_;
  std::map<std::string, Seen> seen_;
};

}  // namespace

Result<bool> check_demo(const DemoApi& api, const std::vector<Expected>& script, std::chrono::seconds limit, std::FILE* out,
                        const std::stop_token& stop) {
  return Check(api, script, out, stop).run(limit);
}

}  // namespace spm::cli
