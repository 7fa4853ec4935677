#include "sandbox/uyuni/wire.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spm::sandbox::uyuni {
namespace {

class Writer {
 public:
  explicit Writer(std::mt19937& order) : order_(order) {}

  void value(const xmlrpc::Value& value) {
    out += "<value>";
    std::visit([this](const auto& data) { write(data); }, value.data);
    out += "</value>";
  }

  void text(const std::string& plain) {
    for (const char c : plain) {
      if (c == '<')
        out += "&lt;";
      else if (c == '&')
        out += "&amp;";
      else
        out += c;
    }
  }

  std::string out;

 private:
  void write(const std::string& plain) {
    out += "<string>";
    text(plain);
    out += "</string>";
  }
  void write(std::int64_t number) {
    out += fmt::format("<i4>{}</i4>", static_cast<std::int32_t>(number));
  }  // longs are truncated to 32 bits
  void write(bool flag) { out += flag ? "<boolean>1</boolean>" : "<boolean>0</boolean>"; }
  void write(double number) { out += fmt::format("<double>{}</double>", number); }
  void write(const xmlrpc::LocalDateTime& date) { out += "<dateTime.iso8601>" + date.text + "</dateTime.iso8601>"; }
  void write(const xmlrpc::Array& items) {
    out += "<array><data>";
    for (const auto& item : items) value(item);
    out += "</data></array>";
  }
  void write(const xmlrpc::Struct& members) {
    std::vector<const xmlrpc::Struct::value_type*> shuffled;
    shuffled.reserve(members.size());
    for (const auto& member : members) shuffled.push_back(&member);
    if (shuffled.size() > 1)
      std::rotate(shuffled.begin(), shuffled.begin() + static_cast<std::ptrdiff_t>(order_() % shuffled.size()), shuffled.end());
    out += "<struct>";
    for (const auto* member : shuffled) {
      out += "<member><name>";
      text(member->first);
      out += "</name>";
      value(member->second);
      out += "</member>";
    }
    out += "</struct>";
  }

  std::mt19937& order_;
};

}  // namespace

std::string write(const xmlrpc::Answer& answer, std::mt19937& order) {
  Writer writer(order);
  writer.out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><methodResponse>";
  if (const auto* fault = std::get_if<xmlrpc::Fault>(&answer)) {
    writer.out += fmt::format(
        "<fault><value><struct><member><name>faultCode</name><value><int>{}</int></value></member><member><name>faultString</"
        "name><value><string>",
        fault->code);
    writer.text(fault->text);
    writer.out += "</string></value></member></struct></value></fault>";
  } else {
    writer.out += "<params><param>";
    writer.value(std::get<xmlrpc::Value>(answer));
    writer.out += "</param></params>";
  }
  return writer.out + "</methodResponse>";
}

void trim_strings(xmlrpc::Value& value) {
  if (auto* text = std::get_if<std::string>(&value.data)) {
    const auto begin = text->find_first_not_of(" \t\r\n");
    const auto end = text->find_last_not_of(" \t\r\n");
    *text = begin == std::string::npos ? std::string() : text->substr(begin, end - begin + 1);
  } else if (auto* items = std::get_if<xmlrpc::Array>(&value.data)) {
    for (auto& item : *items) trim_strings(item);
  } else if (auto* members = std::get_if<xmlrpc::Struct>(&value.data)) {
    for (auto& [name, member] : *members) trim_strings(member);
  }
}

}  // namespace spm::sandbox::uyuni
