#include "spmctl/watch.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdio>
#include <thread>

#include "base/json_access.hpp"
#include "spmctl/answers.hpp"
#include "spmctl/terminal_text.hpp"

namespace spm::spmctl {
namespace {

using namespace std::chrono_literals;

constexpr int kTries = 5;  // in a row without an event
constexpr auto kPause = 2s;
constexpr std::size_t kLongestLine = 1024 * 1024;

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// How the run ended, from GET /test/{id}.
Exit report_end(const Client& client, const std::string& test_id) {
  const auto answer = client.send({.path = "/api/v1/test/" + url_encode(test_id) + "/result"});
  if (!answer) return print_error(answer.error());
  if (answer->status != 200) return print_problem(*answer);
  const auto body = parse_json(answer->body);
  const auto* result = body ? body->if_object() : nullptr;
  if (result == nullptr) return print_error({ErrorCode::ServiceUnavailable, "the service's answer is no result of a test", {}});
  const auto word = text_of(*result, "result");
  const auto reason = text_of(*result, "failure_reason");
  std::printf("test %s: %s%s%s\n", harmless(test_id).c_str(), harmless(word).c_str(), reason.empty() ? "" : ": ", harmless(reason).c_str());
  return word == "passed" ? Exit::Ok : Exit::Negative;
}

}  // namespace

void EventReader::feed(std::string_view piece) {
  rest_ += piece;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n')) {
    std::string line = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    take_line(line);
  }
  if (rest_.size() > kLongestLine) rest_.clear();  // no event of ours; memory stays bounded
}

void EventReader::take_line(std::string_view line) {
  if (line.empty()) {
    if (!event_.name.empty() || !event_.data.empty()) on_event_(event_);
    event_ = {};
    return;
  }
  const auto colon = line.find(':');
  const auto field = line.substr(0, colon);
  auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "id") event_.id = value;
  if (field == "event") event_.name = value;
  if (field == "data") event_.data += event_.data.empty() ? std::string(value) : "\n" + std::string(value);
}

std::string event_line(const ServerEvent& event) {
  const auto data = parse_json(event.data);
  const auto* object = data ? data->if_object() : nullptr;
  if (object == nullptr) return fmt::format("{}  {}", harmless(event.name), harmless(event.data));
  auto name = event.name;
  if (name.starts_with("test.")) name.erase(0, 5);
  const auto at = text_of(*object, "at");
  const auto clock = at.size() >= 19 ? at.substr(11, 8) : at;
  std::string line = fmt::format("{}  {:<16}", harmless(clock), harmless(name));
  for (const auto& [key, value] : *object) {
    if (key == "id" || key == "at" || key == "type" || key == "test_id" || value.is_null()) continue;
    const auto text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    line += fmt::format(" {}={}", harmless(key), harmless(text));
  }
  return line;
}

Exit watch_test(const Client& client, const std::string& test_id) {
  std::string last_id;
  bool is_over = false;
  int tries = 0;
  while (!is_over) {
    EventReader reader([&](const ServerEvent& event) {
      if (!event.id.empty()) last_id = event.id;
      tries = 0;
      if (event.name == "end") {
        is_over = true;
        return;
      }
      std::printf("%s\n", event_line(event).c_str());
      std::fflush(stdout);
    });
    ApiCall call{.path = "/api/v1/test/" + url_encode(test_id) + "/events", .headers = {{"Accept", "text/event-stream"}}};
    if (!last_id.empty()) call.headers.emplace_back("Last-Event-ID", last_id);
    const auto answer = client.follow(call, [&](std::string_view piece) {
      reader.feed(piece);
      return !is_over;
    });
    if (is_over) break;
    const bool may_pass = !answer || answer->status == 200 || answer->status == 503 || answer->status == 429;
    if (!may_pass) return print_problem(*answer);
    if (++tries == kTries) return answer ? print_problem(*answer) : print_error(answer.error());
    std::this_thread::sleep_for(kPause);
  }
  return report_end(client, test_id);
}

}  // namespace spm::spmctl
