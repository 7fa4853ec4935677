#include <fmt/format.h>

#include <limits>

#include "net/xmlrpc.hpp"

namespace spm::xmlrpc {
namespace {

constexpr std::string_view kProlog = R"(<?xml version="1.0" encoding="UTF-8"?>)";

// Control characters go out as references: our own parser reads them back, a strict one refuses the document instead of changing it.
void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\t':
      case '\n': out += c; break;
      case '\0': out += "\xEF\xBF\xBD"; break;  // no form of XML can hold it
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "&#{};", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
}

void append_value(std::string& out, const Value& value);

struct Writer {
  std::string& out;

  void operator()(const std::string& text) const {
    out += "<string>";
    append_text(out, text);
    out += "</string>";
  }
  void operator()(std::int64_t number) const {
    const bool fits = number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max();
    fmt::format_to(std::back_inserter(out), "<{0}>{1}</{0}>", fits ? "i4" : "i8", number);
  }
  void operator()(bool flag) const { out += flag ? "<boolean>1</boolean>" : "<boolean>0</boolean>"; }
  void operator()(double number) const { fmt::format_to(std::back_inserter(out), "<double>{}</double>", number); }
  void operator()(const LocalDateTime& date) const {
    out += "<dateTime.iso8601>";
    append_text(out, date.text);
    out += "</dateTime.iso8601>";
  }
  void operator()(const Array& items) const {
    out += "<array><data>";
    for (const Value& item : items) append_value(out, item);
    out += "</data></array>";
  }
  void operator()(const Struct& members) const {
    out += "<struct>";
    for (const auto& [name, value] : members) {
      out += "<member><name>";
      append_text(out, name);
      out += "</name>";
      append_value(out, value);
      out += "</member>";
    }
    out += "</struct>";
  }
};

void append_value(std::string& out, const Value& value) {
  out += "<value>";
  std::visit(Writer{out}, value.data);
  out += "</value>";
}

}  // namespace

std::string write_call(const Call& call) {
  std::string out(kProlog);
  out += "<methodCall><methodName>";
  append_text(out, call.method);
  out += "</methodName><params>";
  for (const Value& param : call.params) {
    out += "<param>";
    append_value(out, param);
    out += "</param>";
  }
  out += "</params></methodCall>";
  return out;
}

std::string write_answer(const Answer& answer) {
  std::string out(kProlog);
  out += "<methodResponse>";
  if (const auto* value = std::get_if<Value>(&answer)) {
    out += "<params><param>";
    append_value(out, *value);
    out += "</param></params>";
  } else {
    const auto& fault = std::get<Fault>(answer);
    fmt::format_to(std::back_inserter(out), "<fault><value><struct><member><name>faultCode</name><value><int>{}</int></value></member>",
                   fault.code);
    out += "<member><name>faultString</name>";
    append_value(out, Value(fault.text));
    out += "</member></struct></value></fault>";
  }
  out += "</methodResponse>";
  return out;
}

}  // namespace spm::xmlrpc
