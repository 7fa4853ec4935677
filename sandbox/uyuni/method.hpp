#pragma once
// One method of the XML-RPC API: its name, the types of its parameters after the session key, and the function that answers it.
// The table of a namespace is data; overloads are further rows of the same name.

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/simulation.hpp"
#include "sandbox/uyuni/local_time.hpp"

namespace spm::sandbox::uyuni {

using xmlrpc::Answer;
using xmlrpc::Array;
using xmlrpc::Struct;
using xmlrpc::Value;

class Sessions;

// What a handler works with. Lives for one call.
struct Call {
  Simulation::View view;
  const LocalTime& time;
  Sessions& sessions;
  std::string login;  // empty without a session

  [[nodiscard]] World& world() const { return view.world; }
  [[nodiscard]] Actions& actions() const { return view.actions; }
};

enum class Access { Session, Open };  // Open: needs no session, gets no key

// i int, s string, b boolean, d date, m struct, I array of int, S array of string
struct Method {
  std::string_view name;
  std::string_view types;
  Answer (*answer)(Call& call, const Array& params);
  Access access = Access::Session;
};

[[nodiscard]] bool fits(std::string_view types, const Array& params);
[[nodiscard]] std::string java_types(const Array& params);

[[nodiscard]] std::span<const Method> auth_methods();
[[nodiscard]] std::span<const Method> errata_methods();
[[nodiscard]] std::span<const Method> organisation_methods();  // org, user, channel
[[nodiscard]] std::span<const Method> schedule_methods();
[[nodiscard]] std::span<const Method> system_methods();
[[nodiscard]] std::span<const Method> system_scheduling_methods();
[[nodiscard]] std::span<const Method> system_group_methods();

// Parameters of a checked type.
[[nodiscard]] inline std::int64_t int_at(const Array& params, std::size_t i) { return *params.at(i).integer(); }
[[nodiscard]] inline const std::string& text_at(const Array& params, std::size_t i) { return *params.at(i).string(); }
[[nodiscard]] inline bool flag_at(const Array& params, std::size_t i) { return *params.at(i).boolean(); }
[[nodiscard]] std::vector<std::int64_t> ints_at(const Array& params, std::size_t i);  // an int stands for a list of one

}  // namespace spm::sandbox::uyuni
