#include "log/line.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

namespace spm::log {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
constexpr std::string_view kOwnNames[] = {"time", "level", "logger", "message", "fields_left_out"};
constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kRoomForTheEnd = 40;  // ,"fields_left_out":NN}

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

// The length of the well-formed UTF-8 sequence at the front, 0 when there is none (RFC 3629: no overlong forms, no surrogates).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool in_range = !(first == 0xE0 && byte(1) < 0xA0) && !(first == 0xED && byte(1) > 0x9F);
    return in_range && follows(1) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool in_range = !(first == 0xF0 && byte(1) < 0x90) && !(first == 0xF4 && byte(1) > 0x8F);
    return in_range && follows(1) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

std::string cut(std::string text, std::size_t limit) {
  if (text.size() <= limit) return text;
  std::size_t end = limit - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text.append(kEllipsis);
}

// Redaction comes before cutting: a cut secret would no longer be recognised.
std::string clean_text(std::string_view text, const Redaction& redaction, std::size_t limit) {
  return cut(valid_utf8(redaction.apply(text)), limit);
}

json::value clean_value(const json::value& value, const Redaction& redaction) {
  if (const auto* text = value.if_string()) {
    return json::value(view(clean_text({text->data(), text->size()}, redaction, kMaxValueBytes)));
  }
  if (const auto* items = value.if_array()) {
    json::array out;
    out.reserve(items->size());
    for (const auto& item : *items) out.push_back(clean_value(item, redaction));
    return out;
  }
  if (const auto* members = value.if_object()) {
    json::object out;
    for (const auto& member : *members) {
      out[view(clean_text({member.key().data(), member.key().size()}, redaction, kMaxValueBytes))] = clean_value(member.value(), redaction);
    }
    return out;
  }
  return value;
}

std::string json_text(std::string_view text) { return json::serialize(json::string(view(text))); }

std::string value_text(const json::value& value, const Redaction& redaction) {
  auto text = json::serialize(clean_value(value, redaction));
  if (value.is_string() || text.size() <= kMaxValueBytes) return text;
  return json_text(cut(std::move(text), kMaxValueBytes));
}

std::string name_text(std::string_view name, const Redaction& redaction) {
  auto text = clean_text(name, redaction, kMaxNameBytes);
  if (std::find(std::begin(kOwnNames), std::end(kOwnNames), text) != std::end(kOwnNames)) text += '_';
  return json_text(text);
}

bool comes_again(const Line& line, std::size_t index) {
  const auto rest = line.fields.begin() + static_cast<std::ptrdiff_t>(index) + 1;
  return std::any_of(rest, line.fields.end(), [&](const auto& later) { return later.first == line.fields[index].first; });
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = sequence_length(text);
    out += length == 0 ? kReplacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string render(const Line& line, const Redaction& redaction) {
  // A control character takes six bytes in JSON, so even a bounded text can grow: the last resort is a shorter bound.
  auto message = json_text(clean_text(line.message, redaction, kMaxValueBytes));
  if (message.size() > kMaxLineBytes / 2) message = json_text(clean_text(line.message, redaction, kMaxValueBytes / 4));
  std::string out = R"({"time":")" + format_time(line.time) + R"(","level":)" + json_text(line.level) + R"(,"logger":)" +
                    json_text(clean_text(line.logger, redaction, kMaxNameBytes)) + R"(,"message":)" + message;
  int left_out = 0;
  for (std::size_t i = 0; i < line.fields.size(); ++i) {
    if (comes_again(line, i)) continue;
    const auto text = ',' + name_text(line.fields[i].first, redaction) + ':' + value_text(*line.fields[i].second, redaction);
    if (out.size() + text.size() + kRoomForTheEnd > kMaxLineBytes) {
      ++left_out;
    } else {
      out += text;
    }
  }
  if (left_out > 0) out += R"(,"fields_left_out":)" + std::to_string(left_out);
  return out + '}';
}

}  // namespace spm::log
