#pragma once
// "spmctl test watch": the log of a test run, line by line as it grows, until the run has ended. Blocking. One thread.

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "spmctl/client.hpp"
#include "spmctl/exit_codes.hpp"

namespace spm::spmctl {

// One of the server-sent events.
struct ServerEvent {
  std::string id;
  std::string name;
  std::string data;
};

// Takes a stream apart, whatever the pieces are in which it comes.
class EventReader {
 public:
  explicit EventReader(std::function<void(const ServerEvent&)> on_event) : on_event_(std::move(on_event)) {}
  void feed(std::string_view piece);

 private:
  void take_line(std::string_view line);

  std::function<void(const ServerEvent&)> on_event_;
  std::string rest_;
  ServerEvent event_;
};

// "13:24:34  phase_started  phase=patch attempt=1"
[[nodiscard]] std::string event_line(const ServerEvent& event);

// Ok when the run passed, Negative when it ended otherwise. A stream that breaks off is asked for again, from the last event on.
[[nodiscard]] Exit watch_test(const Client& client, const std::string& test_id);

}  // namespace spm::spmctl
