#include "spmctl/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <vector>

namespace spm::spmctl {
namespace {

constexpr std::size_t kWidestCell = 48;
constexpr std::size_t kGap = 2;

struct Symbol {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool is_valid = false;
};

// The character at the front; answers are UTF-8, and what is not is shown byte by byte.
Symbol first_symbol(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {lead, 1, false};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return {lead, 1, false};
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  return {code, bytes, true};
}

// C0, DEL, C1; marks and overrides of direction, invisible separators: with them a name can show as another one.
bool is_dangerous(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x2069) || code == 0xFEFF;
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

std::string shortened(const std::string& text, std::size_t columns) {
  if (columns_of(text) <= columns) return text;
  std::size_t bytes = 0;
  for (std::size_t taken = 0; taken + 1 < columns; ++taken) bytes += first_symbol(std::string_view(text).substr(bytes)).bytes;
  return text.substr(0, bytes) + "…";
}

bool is_plain(const json::value& value) { return !value.is_object() && !value.is_array(); }

std::string plain_text(const json::value& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return harmless(value.get_string());
  if (value.is_double()) return fmt::format("{}", value.get_double());
  return json::serialize(value);
}

std::string cell_text(const json::value& value) {
  if (is_plain(value)) return plain_text(value);
  if (const auto* list = value.if_array(); list != nullptr && std::all_of(list->begin(), list->end(), is_plain)) {
    std::string joined;
    for (const auto& item : *list) joined += (joined.empty() ? "" : ", ") + plain_text(item);
    return joined.empty() ? "-" : joined;
  }
  return harmless(json::serialize(value));
}

bool is_table(const json::value& value) {
  const auto* list = value.if_array();
  return list != nullptr && !list->empty() &&
         std::all_of(list->begin(), list->end(), [](const json::value& row) { return row.is_object(); });
}

struct Column {
  std::string name;
  std::size_t width = 0;
};

// The columns in the order of the contract, as many as fit; nested objects stand in -o json.
std::vector<Column> columns_for(const json::array& rows, std::size_t width) {
  std::vector<Column> columns;
  for (const auto& [name, value] : rows.front().as_object()) {
    if (value.is_object() || is_table(value)) continue;
    Column column{harmless(name), columns_of(name)};
    for (const auto& row : rows) {
      if (const auto* cell = row.as_object().if_contains(name)) column.width = std::max(column.width, columns_of(cell_text(*cell)));
    }
    column.width = std::min(column.width, kWidestCell);
    columns.push_back(std::move(column));
  }
  std::size_t used = 0;
  const auto too_far = std::find_if(columns.begin(), columns.end(), [&](const Column& column) {
    used += column.width + (used == 0 ? 0 : kGap);
    return width > 0 && used > width;
  });
  if (too_far != columns.end()) columns.erase(std::max(too_far, columns.begin() + 1), columns.end());
  return columns;
}

void append_row(std::string& out, const std::vector<Column>& columns, const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto text = shortened(cells[i], columns[i].width);
    line += text + std::string(columns[i].width - columns_of(text) + kGap, ' ');
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line + "\n";
}

std::string table_of(const json::array& rows, std::size_t width) {
  const auto columns = columns_for(rows, width);
  std::string out;
  std::vector<std::string> cells;
  for (const auto& column : columns) {
    std::string heading = column.name;
    std::transform(heading.begin(), heading.end(), heading.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    cells.push_back(std::move(heading));
  }
  append_row(out, columns, cells);
  for (const auto& row : rows) {
    cells.clear();
    for (const auto& column : columns) {
      const auto* cell = row.as_object().if_contains(column.name);
      cells.push_back(cell == nullptr ? "-" : cell_text(*cell));
    }
    append_row(out, columns, cells);
  }
  return out;
}

void append_lines(std::string& lines, std::string& tables, const std::string& path, const json::value& value, std::size_t width) {
  if (const auto* object = value.if_object()) {
    for (const auto& [name, member] : *object)
      append_lines(lines, tables, path.empty() ? harmless(name) : path + "." + harmless(name), member, width);
  } else if (is_table(value)) {
    tables += fmt::format("\n{}:\n{}", path, table_of(value.get_array(), width));
  } else {
    lines += fmt::format("{}: {}\n", path, cell_text(value));
  }
}

// The list of an answer of the form {items, total, limit, offset}: the only list of objects at its top, with a total beside it.
const json::value* list_of(const json::object& answer) {
  if (!answer.contains("total")) return nullptr;
  for (const auto* name : {"items", "profiles"}) {
    if (const auto* list = answer.if_contains(name); list != nullptr && list->is_array()) return list;
  }
  return nullptr;
}

void append_pretty(std::string& out, const json::value& value, std::size_t depth) {
  const std::string indent(depth * 2 + 2, ' ');
  const std::string end(depth * 2, ' ');
  if (const auto* object = value.if_object(); object != nullptr && !object->empty()) {
    std::string_view separator = "{\n";
    for (const auto& [name, member] : *object) {
      out += fmt::format("{}{}{}: ", separator, indent, json::serialize(json::string(name)));
      append_pretty(out, member, depth + 1);
      separator = ",\n";
    }
    out += "\n" + end + "}";
  } else if (const auto* list = value.if_array(); list != nullptr && !list->empty()) {
    std::string_view separator = "[\n";
    for (const auto& item : *list) {
      out += fmt::format("{}{}", separator, indent);
      append_pretty(out, item, depth + 1);
      separator = ",\n";
    }
    out += "\n" + end + "]";
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string harmless(std::string_view text, Breaks breaks) {
  std::string out;
  while (!text.empty()) {
    const auto symbol = first_symbol(text);
    const bool is_kept_break = breaks == Breaks::Keep && (symbol.code == '\n' || symbol.code == '\t');
    if (symbol.is_valid && (is_kept_break || !is_dangerous(symbol.code))) {
      out += text.substr(0, symbol.bytes);
    } else if (symbol.code > 0xFF) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(symbol.code));
    } else {
      out += fmt::format("\\x{:02x}", static_cast<unsigned>(symbol.code));
    }
    text.remove_prefix(symbol.bytes);
  }
  return out;
}

std::string pretty_json(const json::value& value) {
  std::string plain;
  append_pretty(plain, value, 0);
  // What serialize() leaves as it is and a terminal obeys can stand inside strings only: there \uXXXX means the same.
  std::string out;
  for (std::string_view text = plain; !text.empty();) {
    const auto symbol = first_symbol(text);
    const bool is_ours = symbol.code == '\n';
    out += symbol.is_valid && (is_ours || !is_dangerous(symbol.code)) ? std::string(text.substr(0, symbol.bytes))
                                                                      : fmt::format("\\u{:04x}", static_cast<unsigned>(symbol.code));
    text.remove_prefix(symbol.bytes);
  }
  return out + "\n";
}

std::string as_table(const json::value& answer, std::size_t width) {
  if (is_table(answer)) return table_of(answer.get_array(), width);
  const auto* object = answer.if_object();
  if (object == nullptr) return cell_text(answer) + "\n";
  const auto* list = list_of(*object);
  std::string lines;
  std::string tables;
  if (list == nullptr) {
    append_lines(lines, tables, "", answer, width);
    return lines + tables;
  }
  if (is_table(*list)) lines = table_of(list->get_array(), width);
  return fmt::format("{}{} of {}\n", lines, list->get_array().size(), plain_text(object->at("total")));
}

}  // namespace spm::spmctl
