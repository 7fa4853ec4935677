// How the published lists are written: CSV and JSON.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json_access.hpp"
#include "base/package_grammar.hpp"
#include "cves/rules.hpp"
#include "cves/rules_csv.hpp"

namespace spm::cves {
namespace {

constexpr std::size_t kMaxVersion = 64;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kCveNames[] = {"cve", "cve_id", "cveID"};

tl::unexpected<Error> wrong(std::string message) { return fail(ErrorCode::ValidationError, std::move(message)); }

struct Column {
  std::string_view name;  // empty: the list has no figures
  double max;
};

Column column_of(Source source) {
  switch (source) {
    case Source::Kev: return {"", 1};
    case Source::Epss: return {"epss", 1};
    case Source::Cvss: return {"cvss", 10};
  }
  return {};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  const auto last = text.find_last_not_of(kBlank);
  return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// Shown to people as it is, so only what can be shown.
std::string version_of(std::string_view text) {
  const bool is_printable = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7F; });
  return is_printable && text.size() <= kMaxVersion ? std::string(text) : std::string();
}

std::string quoted(std::string_view text) {
  const auto shown = version_of(text.substr(0, kMaxVersion));
  return shown.empty() ? "what stands there" : fmt::format("'{}'", shown);
}

Result<double> figure_of(const Column& column, std::string_view text) {
  double figure = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, figure);
  if (error != std::errc{} || stop != end || !std::isfinite(figure) || figure < 0 || figure > column.max)
    return wrong(fmt::format("{} must be a number 0..{}, not {}", column.name, column.max, quoted(text)));
  return figure;
}

Result<Entry> entry_of(const Column& column, std::string_view cve, std::string_view figure) {
  if (!is_cve(cve)) return wrong(fmt::format("{} is no id of a CVE", quoted(cve)));
  if (column.name.empty()) return Entry{std::string(cve), 1};
  const auto number = figure_of(column, figure);
  if (!number) return tl::unexpected<Error>(number.error());
  return Entry{std::string(cve), *number};
}

// Those that score a CVE need not know every one of it: an empty cell is not a figure, and no mistake either.
bool is_left_open(const Column& column, std::string_view figure) { return !column.name.empty() && figure.empty(); }

std::vector<Entry> each_once(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.cve != b.cve ? a.cve < b.cve : a.figure > b.figure; });
  entries.erase(std::unique(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.cve == b.cve; }), entries.end());
  return entries;
}

tl::unexpected<Error> too_many() { return wrong(fmt::format("the list has more than {} entries", kMaxEntries)); }

// ---------------------------------------------------------------- CSV

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c); });
  return out;
}

std::optional<std::size_t> place_of(const std::vector<std::string>& names, std::string_view wanted) {
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& name) { return lower(trimmed(name)) == lower(wanted); });
  return found == names.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - names.begin()));
}

std::optional<std::size_t> place_of_cve(const std::vector<std::string>& names) {
  for (const auto name : kCveNames) {
    if (const auto place = place_of(names, name)) return place;
  }
  return std::nullopt;
}

// EPSS begins with "#model_version:v2025.03.14,score_date:2025-08-25T00:00:00+0000". The day is what people compare.
std::string take_comments(std::string_view& text) {
  constexpr std::string_view kDate = "score_date:";
  constexpr std::size_t kDay = 10;
  std::string version;
  while (text.starts_with('#')) {
    const auto line = text.substr(0, text.find('\n'));
    if (const auto at = line.find(kDate); at != std::string_view::npos) version = version_of(trimmed(line.substr(at + kDate.size(), kDay)));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return version;
}

Result<Published> read_csv(Source source, std::string_view text) {
  const auto column = column_of(source);
  Published list;
  list.version = take_comments(text);
  CsvRecords records(text);
  std::vector<std::string> fields;
  auto more = records.next(fields);
  if (!more) return tl::unexpected<Error>(more.error());
  const auto cve_at = place_of_cve(fields);
  const auto figure_at = column.name.empty() ? cve_at : place_of(fields, column.name);
  const auto width = fields.size();
  if (!*more || !cve_at) return wrong("the list is neither JSON nor CSV with a column cve, cve_id or cveID");
  if (!figure_at) return wrong(fmt::format("the list has no column {}", column.name));
  while ((more = records.next(fields)) && *more) {
    if (fields.size() != width) return wrong(fmt::format("line {}: {} fields instead of {}", records.line(), fields.size(), width));
    const auto figure = trimmed(fields[*figure_at]);
    if (is_left_open(column, figure)) continue;
    auto entry = entry_of(column, trimmed(fields[*cve_at]), figure);
    if (!entry) return wrong(fmt::format("line {}: {}", records.line(), entry.error().message));
    if (list.entries.size() == kMaxEntries) return too_many();
    list.entries.push_back(std::move(*entry));
  }
  if (!more) return tl::unexpected<Error>(more.error());
  return list;
}

// ---------------------------------------------------------------- JSON

// "0.5" and 0.5 both: FIRST writes its figures as text.
std::string text_of(const json::value* value) {
  if (value == nullptr || value->is_null()) return "";
  if (value->is_string()) return std::string(trimmed({value->get_string().data(), value->get_string().size()}));
  if (value->is_number()) return fmt::format("{}", value->to_number<double>());
  return "?";
}

const json::value* cve_in(const json::object& entry) {
  for (const auto name : kCveNames) {
    if (const auto* value = entry.if_contains(name)) return value;
  }
  return nullptr;
}

const json::value* member(const json::value& root, std::string_view name) {
  return root.is_object() ? root.get_object().if_contains(name) : nullptr;
}

const json::array* list_in(const json::value& root) {
  for (const auto* value : {&root, member(root, "vulnerabilities"), member(root, "data")}) {
    if (value != nullptr && value->is_array()) return &value->get_array();
  }
  return nullptr;
}

std::string version_in(const json::value& root, const json::array& entries) {
  if (const auto* version = member(root, "catalogVersion")) return version_of(text_of(version));
  const auto* day = entries.empty() ? nullptr : member(entries.front(), "date");
  return day == nullptr ? "" : version_of(text_of(day));
}

Result<Published> read_json(Source source, std::string_view text) {
  if (text.size() > kMaxJsonBytes) return wrong(fmt::format("the list is larger than {} MiB; take it as CSV", kMaxJsonBytes >> 20));
  const auto root = parse_json(text);
  if (!root) return tl::unexpected<Error>(root.error());
  const auto* entries = list_in(*root);
  if (entries == nullptr) return wrong("the document has no list: neither 'vulnerabilities' nor 'data', and it is none itself");
  if (entries->size() > kMaxEntries) return too_many();
  // CISA says how many there are: fewer were cut off.
  if (const auto* count = member(*root, "count"); count != nullptr && text_of(count) != std::to_string(entries->size()))
    return wrong(fmt::format("the list says that it has {} entries, and has {}", quoted(text_of(count)), entries->size()));
  const auto column = column_of(source);
  Published list;
  list.version = version_in(*root, *entries);
  for (std::size_t i = 0; i < entries->size(); ++i) {
    const auto* object = (*entries)[i].if_object();
    if (object == nullptr) return wrong(fmt::format("entry {} is no object", i + 1));
    const auto figure = column.name.empty() ? "" : text_of(object->if_contains(column.name));
    if (is_left_open(column, figure)) continue;
    auto entry = entry_of(column, text_of(cve_in(*object)), figure);
    if (!entry) return wrong(fmt::format("entry {}: {}", i + 1, entry.error().message));
    list.entries.push_back(std::move(*entry));
  }
  if (list.entries.empty() && !entries->empty()) return wrong(fmt::format("no entry of the list has a figure {}", column.name));
  return list;
}

}  // namespace

Result<Published> read_list(Source source, std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const auto begin = text.find_first_not_of(" \t\r\n");
  const bool is_json = begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '[');
  auto list = is_json ? read_json(source, text) : read_csv(source, text);
  if (list) list->entries = each_once(std::move(list->entries));
  return list;
}

}  // namespace spm::cves
