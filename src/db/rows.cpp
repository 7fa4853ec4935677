#include <libpq-fe.h>

#include <boost/json/parse.hpp>
#include <charconv>
#include <cstdlib>

#include "db/db.hpp"

namespace spm::db {
namespace {

[[noreturn]] void disagree(std::string_view column, const std::string& why) {
  throw std::logic_error("column '" + std::string(column) + "' " + why);
}

template <class Number>
Number parse_number(std::string_view column, std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end)
    disagree(column, "is not the expected kind of number: '" + std::string(text.substr(0, 40)) + "'");
  return number;
}

// One element of an array in text form, from `text` after '{' or ','; removes it. NULL elements do not occur in our columns.
std::string take_element(std::string_view column, std::string_view& text) {
  std::string out;
  if (!text.starts_with('"')) {
    const auto end = text.find_first_of(",}");
    if (end == std::string_view::npos) disagree(column, "is not an array");
    out = text.substr(0, end);
    if (out == "NULL") disagree(column, "is an array with a NULL in it");
    text.remove_prefix(end);
    return out;
  }
  for (text.remove_prefix(1); !text.starts_with('"'); text.remove_prefix(1)) {
    if (text.starts_with('\\')) text.remove_prefix(1);
    if (text.empty()) disagree(column, "is not an array");
    out += text.front();
  }
  text.remove_prefix(1);
  return out;
}

}  // namespace

Rows::Rows(pg_result* result) : result_(result, [](pg_result* finished) { PQclear(finished); }) {}

std::size_t Rows::size() const { return static_cast<std::size_t>(PQntuples(result_.get())); }

Row Rows::operator[](std::size_t index) const {
  if (index >= size()) throw std::logic_error("row " + std::to_string(index) + " of " + std::to_string(size()) + " does not exist");
  return Row(result_.get(), static_cast<int>(index));
}

std::int64_t Rows::affected() const {
  const std::string_view text = PQcmdTuples(result_.get());
  return text.empty() ? 0 : parse_number<std::int64_t>("(affected rows)", text);
}

// Not PQfnumber: it folds case and allocates.
int Row::column(std::string_view name) const {
  for (int i = 0, count = PQnfields(result_); i < count; ++i) {
    if (name == PQfname(result_, i)) return i;
  }
  disagree(name, "is not in the result");
}

std::string_view Row::raw(std::string_view name) const {
  const int index = column(name);
  if (PQgetisnull(result_, index_, index) != 0) disagree(name, "is NULL");
  return {PQgetvalue(result_, index_, index), static_cast<std::size_t>(PQgetlength(result_, index_, index))};
}

bool Row::is_null(std::string_view name) const { return PQgetisnull(result_, index_, column(name)) != 0; }
std::string Row::text(std::string_view name) const { return std::string(raw(name)); }
std::int64_t Row::integer(std::string_view name) const { return parse_number<std::int64_t>(name, raw(name)); }

double Row::real(std::string_view name) const { return parse_number<double>(name, raw(name)); }

bool Row::boolean(std::string_view name) const {
  const auto text = raw(name);
  if (text != "t" && text != "f") disagree(name, "is not a boolean");
  return text == "t";
}

Time Row::time(std::string_view name) const {
  const auto text = raw(name);
  if (!text.ends_with("+00")) disagree(name, "is not a timestamptz in UTC: '" + std::string(text.substr(0, 40)) + "'");
  const auto parsed = parse_time(std::string(text.substr(0, text.size() - 3)) + "Z");
  if (!parsed) disagree(name, parsed.error().message);
  return *parsed;
}

json::value Row::json_value(std::string_view name) const {
  const auto text = raw(name);
  boost::system::error_code problem;
  auto value = json::parse({text.data(), text.size()}, problem);
  if (problem) disagree(name, "is not JSON: " + problem.message());
  return value;
}

std::vector<std::string> Row::texts(std::string_view name) const {
  auto text = raw(name);
  std::vector<std::string> out;
  if (text == "{}") return out;
  if (!text.starts_with('{')) disagree(name, "is not an array");
  while (text.starts_with('{') || text.starts_with(',')) {
    text.remove_prefix(1);
    out.push_back(take_element(name, text));
  }
  if (text != "}") disagree(name, "is not an array of one dimension");
  return out;
}

std::optional<std::string> Row::text_or_null(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return text(name);
}
std::optional<std::int64_t> Row::integer_or_null(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return integer(name);
}
std::optional<double> Row::real_or_null(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return real(name);
}
std::optional<Time> Row::time_or_null(std::string_view name) const {
  if (is_null(name)) return std::nullopt;
  return time(name);
}

}  // namespace spm::db
