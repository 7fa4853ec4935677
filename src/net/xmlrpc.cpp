#include "net/xmlrpc.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <pugixml.hpp>

#include "net/utf8.hpp"

namespace spm::xmlrpc {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;
constexpr std::ptrdiff_t kMaxTags = 8'000'000;  // a node costs some 60 bytes: "<a/>" over and over must not become gigabytes

tl::unexpected<Error> refuse(std::string message) { return fail(ErrorCode::ValidationError, std::move(message)); }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool is_text(const pugi::xml_node& node) { return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata; }

// All text of an element: a comment or CDATA section splits it into several nodes.
std::string text_of(const pugi::xml_node& element) {
  std::string text;
  for (const pugi::xml_node& child : element.children()) {
    if (is_text(child)) text += child.value();
  }
  return text;
}

std::vector<pugi::xml_node> elements_of(const pugi::xml_node& parent) {
  std::vector<pugi::xml_node> elements;
  for (const pugi::xml_node& child : parent.children()) {
    if (child.type() == pugi::node_element) elements.push_back(child);
  }
  return elements;
}

bool named(const pugi::xml_node& node, const char* name) { return std::strcmp(node.name(), name) == 0; }

Result<Value> parse_integer(const std::string& raw, bool wide) {
  const std::string_view text = trimmed(raw);
  const std::string_view digits = text.starts_with('+') ? text.substr(1) : text;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool fits = number >= std::numeric_limits<std::int32_t>::min() && number <= std::numeric_limits<std::int32_t>::max();
  if (error != std::errc{} || end != digits.data() + digits.size() || (!wide && !fits)) {
    return refuse(fmt::format("'{}' is not a {}-bit integer", text.substr(0, 40), wide ? 64 : 32));
  }
  return Value(number);
}

Result<Value> parse_boolean(const std::string& raw) {
  const std::string_view text = trimmed(raw);
  if (text != "0" && text != "1") return refuse(fmt::format("'{}' is not a boolean", text.substr(0, 40)));
  return Value(text == "1");
}

Result<Value> parse_double(const std::string& raw) {
  const std::string_view text = trimmed(raw);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(number)) {
    return refuse(fmt::format("'{}' is not a double", text.substr(0, 40)));
  }
  return Value(number);
}

Result<Value> parse_date(const std::string& raw) {
  const std::string_view text = trimmed(raw);
  if (text.empty() || text.size() > 40) return refuse("a date is empty or too long");
  return Value(LocalDateTime{std::string(text)});
}

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

Result<Value> parse_base64(const std::string& raw) {
  std::string bytes;
  std::uint32_t bits = 0;
  int held = 0;
  bool padded = false;
  for (const char c : raw) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
    const int digit = base64_digit(c);
    if (c == '=') {
      padded = true;
    } else if (digit < 0 || padded) {
      return refuse("broken base64");
    } else {
      bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
      held += 6;
      if (held >= 8) {
        held -= 8;
        bytes += static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU);
      }
    }
  }
  if (held == 6) return refuse("broken base64");
  return Value(std::move(bytes));
}

Result<Value> parse_value(const pugi::xml_node& node, int depth);

Result<Value> parse_array(const pugi::xml_node& node, int depth) {
  const auto parts = elements_of(node);
  if (parts.size() != 1 || !named(parts[0], "data")) return refuse("an array must hold one <data>");
  Array items;
  for (const pugi::xml_node& item : parts[0].children()) {
    if (item.type() != pugi::node_element) continue;
    auto value = parse_value(item, depth);
    if (!value) return tl::unexpected<Error>(value.error());
    items.push_back(std::move(*value));
  }
  return Value(std::move(items));
}

Result<Value> parse_struct(const pugi::xml_node& node, int depth) {
  Struct members;
  for (const pugi::xml_node& member : node.children()) {
    if (member.type() != pugi::node_element) continue;
    const pugi::xml_node name = member.child("name");
    const pugi::xml_node content = member.child("value");
    if (!named(member, "member") || name.empty() || content.empty()) return refuse("a struct must hold members of <name> and <value>");
    auto value = parse_value(content, depth);
    if (!value) return tl::unexpected<Error>(value.error());
    members.insert_or_assign(text_of(name), std::move(*value));
  }
  return Value(std::move(members));
}

Result<Value> parse_typed(const pugi::xml_node& node, int depth) {
  if (named(node, "array")) return parse_array(node, depth);
  if (named(node, "struct")) return parse_struct(node, depth);
  if (!elements_of(node).empty()) return refuse(fmt::format("<{}> must hold text alone", node.name()));
  if (named(node, "string")) return Value(text_of(node));
  if (named(node, "i4") || named(node, "int")) return parse_integer(text_of(node), false);
  if (named(node, "i8")) return parse_integer(text_of(node), true);
  if (named(node, "boolean")) return parse_boolean(text_of(node));
  if (named(node, "double")) return parse_double(text_of(node));
  if (named(node, "dateTime.iso8601")) return parse_date(text_of(node));
  if (named(node, "base64")) return parse_base64(text_of(node));
  return refuse(fmt::format("unknown type <{}>", std::string_view(node.name()).substr(0, 40)));  // <nil/> too: not in this dialect
}

Result<Value> parse_value(const pugi::xml_node& node, int depth) {
  if (!named(node, "value")) return refuse(fmt::format("<{}> where a <value> must stand", std::string_view(node.name()).substr(0, 40)));
  if (depth >= kMaxDepth) return refuse(fmt::format("value nested deeper than {}", kMaxDepth));
  const auto parts = elements_of(node);
  if (parts.empty()) return Value(text_of(node));  // no type: a string
  if (parts.size() > 1 || !trimmed(text_of(node)).empty()) return refuse("a <value> must hold one typed element");
  return parse_typed(parts[0], depth + 1);
}

// A reference to a number that is no character (0, a surrogate, past U+10FFFF) would be read as other bytes than were meant, or cut the
// text short: the parser takes any number and lets a large one overflow.
bool refers_to_no_character(std::string_view xml) {
  for (auto at = xml.find("&#"); at != std::string_view::npos; at = xml.find("&#", at + 1)) {
    const bool is_hex = xml.substr(at + 2).starts_with('x');
    const char* const begin = xml.data() + at + (is_hex ? 3 : 2);
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(begin, xml.data() + xml.size(), number, is_hex ? 16 : 10);
    if (error == std::errc::result_out_of_range) return true;
    const bool is_reference = error == std::errc{} && end != xml.data() + xml.size() && *end == ';';
    if (is_reference && (number == 0 || number > 0x10FFFF || (number >= 0xD800 && number <= 0xDFFF))) return true;
  }
  return false;
}

Result<pugi::xml_node> load(pugi::xml_document& document, std::string_view xml, const char* root_name) {
  if (trimmed(xml).empty()) return refuse("not XML: the document is empty");
  if (xml.size() > kMaxBytes) return refuse(fmt::format("document larger than {} bytes", kMaxBytes));
  if (std::count(xml.begin(), xml.end(), '<') > kMaxTags) return refuse(fmt::format("document with more than {} tags", kMaxTags));
  if (xml.find('\0') != std::string_view::npos || !net::is_utf8(xml)) return refuse("not XML: not UTF-8 text");
  if (refers_to_no_character(xml)) return refuse("not XML: a reference (&#...;) names no character");
  constexpr unsigned kFlags = pugi::parse_cdata | pugi::parse_escapes | pugi::parse_eol | pugi::parse_wconv_attribute |
                              pugi::parse_doctype | pugi::parse_ws_pcdata_single;
  const auto parsed = document.load_buffer(xml.data(), xml.size(), kFlags, pugi::encoding_utf8);
  if (!parsed) return refuse(fmt::format("not XML: {} at byte {}", parsed.description(), parsed.offset));
  for (const pugi::xml_node& child : document.children()) {
    if (child.type() == pugi::node_doctype) return refuse("a DOCTYPE is not allowed");
  }
  const auto roots = elements_of(document);
  if (roots.size() != 1 || !named(roots[0], root_name)) return refuse(fmt::format("no {}", root_name));
  return roots[0];
}

Result<Array> parse_params(const pugi::xml_node& params) {
  Array values;
  for (const pugi::xml_node& param : elements_of(params)) {
    const auto parts = elements_of(param);
    if (!named(param, "param") || parts.size() != 1) return refuse("<params> must hold <param> with one <value> each");
    auto value = parse_value(parts[0], 0);
    if (!value) return tl::unexpected<Error>(value.error());
    values.push_back(std::move(*value));
  }
  return values;
}

Result<Answer> parse_fault(const pugi::xml_node& node) {
  const auto parts = elements_of(node);
  if (parts.size() != 1) return refuse("a fault must hold one <value>");
  const auto value = parse_value(parts[0], 0);
  if (!value) return tl::unexpected<Error>(value.error());
  const Struct* members = value->structure();
  if (members == nullptr || !members->contains("faultCode") || !members->contains("faultString")) {
    return refuse("a fault must hold faultCode and faultString");
  }
  const std::int64_t* code = members->at("faultCode").integer();
  const std::string* text = members->at("faultString").string();
  if (code == nullptr || text == nullptr) return refuse("faultCode must be an integer and faultString a string");
  return Answer(Fault{*code, *text});
}

}  // namespace

Result<Call> parse_call(std::string_view xml) {
  pugi::xml_document document;
  const auto root = load(document, xml, "methodCall");
  if (!root) return tl::unexpected<Error>(root.error());
  Call call;
  call.method = trimmed(text_of(root->child("methodName")));
  if (call.method.empty() || call.method.size() > 200) return refuse("no methodName, or one of more than 200 bytes");
  auto params = parse_params(root->child("params"));
  if (!params) return tl::unexpected<Error>(params.error());
  call.params = std::move(*params);
  return call;
}

Result<Answer> parse_answer(std::string_view xml) {
  pugi::xml_document document;
  const auto root = load(document, xml, "methodResponse");
  if (!root) return tl::unexpected<Error>(root.error());
  const auto parts = elements_of(*root);
  if (parts.size() != 1) return refuse("a methodResponse must hold either <params> or <fault>");
  if (named(parts[0], "fault")) return parse_fault(parts[0]);
  if (!named(parts[0], "params")) return refuse("a methodResponse must hold either <params> or <fault>");
  auto params = parse_params(parts[0]);
  if (!params) return tl::unexpected<Error>(params.error());
  if (params->size() != 1) return refuse("a methodResponse must hold one <param>");
  return Answer(std::move(params->front()));
}

}  // namespace spm::xmlrpc
