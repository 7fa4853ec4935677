#pragma once
// XML-RPC values and documents, both directions, in the dialect of UYUNI: <i4>/<int>/<i8>, dates without zone, no nil.
// Used by the UYUNI client and, for the other direction, by the sandbox. No DTD, no entities beyond XML's five; depth and size bounded.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace spm::xmlrpc {

// A dateTime.iso8601 as on the wire ("20260131T09:05:00"): local time of the server, no zone. Only the adapter knows the zone.
struct LocalDateTime {
  std::string text;
  bool operator==(const LocalDateTime&) const = default;
};

struct Value;
using Array = std::vector<Value>;
using Struct = std::map<std::string, Value>;

struct Value {
  std::variant<std::string, std::int64_t, bool, double, LocalDateTime, Array, Struct> data;

  Value() = default;
  Value(const char* text) : data(std::string(text)) {}            // NOLINT(google-explicit-constructor): literals in calls
  Value(std::string text) : data(std::move(text)) {}              // NOLINT(google-explicit-constructor)
  Value(int number) : data(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)
  Value(std::int64_t number) : data(number) {}                    // NOLINT(google-explicit-constructor)
  Value(bool flag) : data(flag) {}                                // NOLINT(google-explicit-constructor)
  Value(double number) : data(number) {}                          // NOLINT(google-explicit-constructor)
  Value(LocalDateTime date) : data(std::move(date)) {}            // NOLINT(google-explicit-constructor)
  Value(Array items) : data(std::move(items)) {}                  // NOLINT(google-explicit-constructor)
  Value(Struct members) : data(std::move(members)) {}             // NOLINT(google-explicit-constructor)

  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data); }
  [[nodiscard]] const std::int64_t* integer() const { return std::get_if<std::int64_t>(&data); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data); }
  [[nodiscard]] const LocalDateTime* date() const { return std::get_if<LocalDateTime>(&data); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&data); }
  [[nodiscard]] const Struct* structure() const { return std::get_if<Struct>(&data); }
  bool operator==(const Value&) const = default;
};

struct Call {
  std::string method;
  Array params;
};

struct Fault {
  std::int64_t code = 0;
  std::string text;
};

using Answer = std::variant<Value, Fault>;

[[nodiscard]] std::string write_call(const Call& call);
[[nodiscard]] std::string write_answer(const Answer& answer);  // <i4> for integers, <int> for faultCode, as UYUNI writes them
// Errors are BadAnswer-neutral ValidationErrors: "not XML: …", "no methodResponse", "value nested deeper than 64".
[[nodiscard]] Result<Call> parse_call(std::string_view xml);
[[nodiscard]] Result<Answer> parse_answer(std::string_view xml);

}  // namespace spm::xmlrpc
