#pragma once
// What a step answers. A step is a function over a run's recorded facts and operations; it is called at least once, never sleeps, and
// says with one of these what is to be committed.

#include <boost/json/object.hpp>
#include <string>
#include <utility>
#include <variant>

#include "base/time.hpp"
#include "queue/lifecycle.hpp"

namespace spm::engine {

using queue::FailureClass;

// The phase did its work. `facts` are merged into the run's, `evidence` into the phase's row; `detail` is one sentence for a person.
struct Done {
  std::string detail;
  json::object facts;
  json::object evidence;
};

// There was nothing to do, and that is seen, not assumed.
struct Skipped {
  std::string why;
  json::object facts;
  json::object evidence;
};

// Call again then. The run is free for any orchestrator meanwhile.
struct WaitUntil {
  Time until;
  std::string why;
  json::object facts;
};

// This attempt is spoilt; the table says how many more there are. When none is left it is a failure of the phase's own class.
struct Retry {
  std::string error;
};

struct Fail {
  FailureClass kind = FailureClass::Infra;
  std::string reason;
  json::object facts;
  json::object evidence;
};

using Outcome = std::variant<Done, Skipped, WaitUntil, Retry, Fail>;

// A value that is there, or what the step has to answer because it is not there yet:
//   auto probe = context.commands("probe", {...});
//   if (!probe) return probe.answer();
template <class T>
class [[nodiscard]] Awaited {
 public:
  Awaited(T value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT(google-explicit-constructor)
  Awaited(Outcome answer) : state_(std::in_place_index<1>, std::move(answer)) {}  // NOLINT(google-explicit-constructor)
  explicit operator bool() const { return state_.index() == 0; }
  const T& operator*() const { return std::get<0>(state_); }
  const T* operator->() const { return &std::get<0>(state_); }
  [[nodiscard]] const Outcome& answer() const { return std::get<1>(state_); }

 private:
  std::variant<T, Outcome> state_;
};

}  // namespace spm::engine
