#include "engine/run.hpp"

namespace spm::engine {

json::object observed(bool value, std::string_view source, Time at) {
  return {{"value", value}, {"source", source}, {"at", format_time(at)}};
}

std::optional<std::string> text_fact(const Run& run, std::string_view name) {
  const auto* fact = run.facts.if_contains(name);
  if (fact == nullptr || !fact->is_string()) return std::nullopt;
  return std::string(fact->get_string());
}

std::optional<std::int64_t> number_fact(const Run& run, std::string_view name) {
  const auto* fact = run.facts.if_contains(name);
  if (fact == nullptr || !fact->is_int64()) return std::nullopt;
  return fact->get_int64();
}

bool flag_fact(const Run& run, std::string_view name) {
  const auto* fact = run.facts.if_contains(name);
  return fact != nullptr && fact->is_bool() && fact->get_bool();
}

std::optional<Time> time_fact(const Run& run, std::string_view name) {
  const auto text = text_fact(run, name);
  if (!text) return std::nullopt;
  const auto time = parse_time(*text);
  if (!time) return std::nullopt;
  return *time;
}

}  // namespace spm::engine
