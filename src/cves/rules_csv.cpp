#include "cves/rules_csv.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace spm::cves {
namespace {

constexpr std::size_t kMaxFields = 64;
constexpr std::size_t kMaxFieldBytes = 64 * 1024;  // descriptions stand in some lists

tl::unexpected<Error> wrong(std::size_t line, std::string_view what) {
  return fail(ErrorCode::ValidationError, fmt::format("line {}: {}", line, what));
}

}  // namespace

void CsvRecords::end_line() {
  if (rest_.starts_with('\r')) rest_.remove_prefix(1);
  if (rest_.starts_with('\n')) rest_.remove_prefix(1);
  ++next_line_;
}

Result<void> CsvRecords::take_quoted(std::string& field) {
  rest_.remove_prefix(1);
  for (;;) {
    const auto quote = rest_.find('"');
    if (quote == std::string_view::npos) return wrong(line_, "a quote is not closed");
    const auto part = rest_.substr(0, quote);
    next_line_ += static_cast<std::size_t>(std::count(part.begin(), part.end(), '\n'));
    field.append(part);
    rest_.remove_prefix(quote + 1);
    if (!rest_.starts_with('"')) break;
    field += '"';
    rest_.remove_prefix(1);
  }
  const bool is_at_end = rest_.empty() || rest_.front() == ',' || rest_.front() == '\n' || rest_.starts_with("\r\n");
  if (!is_at_end) return wrong(line_, "something follows behind a closing quote");
  return {};
}

void CsvRecords::take_plain(std::string& field) {
  const auto end = std::min(rest_.find_first_of(",\n"), rest_.size());
  field.append(rest_.substr(0, end));
  rest_.remove_prefix(end);
  if (field.ends_with('\r')) field.pop_back();
}

Result<bool> CsvRecords::next(std::vector<std::string>& fields) {
  while (rest_.starts_with('\n') || rest_.starts_with("\r\n")) end_line();
  fields.clear();
  line_ = next_line_;
  if (rest_.empty()) return false;
  for (;;) {
    auto& field = fields.emplace_back();
    if (rest_.starts_with('"')) {
      if (const auto taken = take_quoted(field); !taken) return tl::unexpected<Error>(taken.error());
    } else {
      take_plain(field);
    }
    if (field.size() > kMaxFieldBytes) return wrong(line_, "a field is too long");
    if (!rest_.starts_with(',')) break;
    if (fields.size() == kMaxFields) return wrong(line_, "there are too many fields");
    rest_.remove_prefix(1);
  }
  end_line();
  return true;
}

}  // namespace spm::cves
