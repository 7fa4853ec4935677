#include "sandbox/version.hpp"

#include <algorithm>

namespace spm::sandbox {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

template <class Predicate>
std::string_view take_while(std::string_view& text, Predicate wanted) {
  const auto end = std::find_if_not(text.begin(), text.end(), wanted);
  const auto taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

int compare_numbers(std::string_view a, std::string_view b) {
  a.remove_prefix(std::min(a.find_first_not_of('0'), a.size()));
  b.remove_prefix(std::min(b.find_first_not_of('0'), b.size()));
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

// dpkg's order inside a non-digit part: '~', then the end, then letters, then everything else.
int deb_weight(std::string_view text) {
  if (text.empty() || is_digit(text.front())) return 0;
  if (text.front() == '~') return -1;
  return is_alpha(text.front()) ? text.front() : text.front() + 256;
}

int compare_deb(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    while ((!a.empty() && !is_digit(a.front())) || (!b.empty() && !is_digit(b.front()))) {
      const int left = deb_weight(a);
      const int right = deb_weight(b);
      if (left != right) return left - right;
      if (!a.empty()) a.remove_prefix(1);
      if (!b.empty()) b.remove_prefix(1);
    }
    const int order = compare_numbers(take_while(a, is_digit), take_while(b, is_digit));
    if (order != 0) return order;
  }
  return 0;
}

void drop_separators(std::string_view& text) {
  take_while(text, [](char c) { return !is_digit(c) && !is_alpha(c) && c != '~' && c != '^'; });
}

int compare_rpm(std::string_view a, std::string_view b) {
  while (true) {
    drop_separators(a);
    drop_separators(b);
    const bool tilde_a = !a.empty() && a.front() == '~';
    const bool tilde_b = !b.empty() && b.front() == '~';
    if (tilde_a || tilde_b) {
      if (tilde_a != tilde_b) return tilde_a ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    const bool caret_a = !a.empty() && a.front() == '^';
    const bool caret_b = !b.empty() && b.front() == '^';
    if (caret_a || caret_b) {
      if (a.empty()) return -1;
      if (b.empty()) return 1;
      if (caret_a != caret_b) return caret_a ? -1 : 1;
      a.remove_prefix(1);
      b.remove_prefix(1);
      continue;
    }
    if (a.empty() || b.empty()) return a.empty() == b.empty() ? 0 : (a.empty() ? -1 : 1);
    const bool numeric = is_digit(a.front());
    if (numeric != is_digit(b.front())) return numeric ? 1 : -1;
    const auto left = numeric ? take_while(a, is_digit) : take_while(a, is_alpha);
    const auto right = numeric ? take_while(b, is_digit) : take_while(b, is_alpha);
    const int order = numeric ? compare_numbers(left, right) : left.compare(right);
    if (order != 0) return order;
  }
}

}  // namespace

Evr split_evr(Grammar grammar, std::string_view text) {
  Evr evr;
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    evr.epoch = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  const auto hyphen = grammar == Grammar::Deb ? text.rfind('-') : text.find('-');
  evr.version = text.substr(0, hyphen);
  if (hyphen != std::string_view::npos) evr.release = text.substr(hyphen + 1);
  return evr;
}

int compare_evr(Grammar grammar, std::string_view a, std::string_view b) {
  if (a == b) return 0;
  const Evr left = split_evr(grammar, a);
  const Evr right = split_evr(grammar, b);
  if (const int order = compare_numbers(left.epoch, right.epoch); order != 0) return order;
  const auto compare = grammar == Grammar::Deb ? compare_deb : compare_rpm;
  if (const int order = compare(left.version, right.version); order != 0) return order;
  return compare(left.release, right.release);
}

}  // namespace spm::sandbox
