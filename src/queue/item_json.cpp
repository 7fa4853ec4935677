#include "queue/item_json.hpp"

#include "base/json_write.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace spm::queue {
namespace {

void put_failure(json::object& answer, const std::optional<Failure>& failure) {
  answer["failure_phase"] = failure ? json::value(failure->phase) : nullptr;
  answer["failure_class"] = failure ? json::value(to_string(failure->kind)) : nullptr;
  answer["failure_reason"] = failure ? json::value(failure->reason) : nullptr;
}

void count_in(json::object& counts, std::string_view word, std::int64_t items) {
  json::value& count = counts[word];
  count = (count.is_int64() ? count.get_int64() : 0) + items;
}

std::optional<std::int64_t> integer_at(const json::array& keys, std::size_t index, std::int64_t min, std::int64_t max) {
  const std::int64_t* number = keys[index].if_int64();
  if (number == nullptr || *number < min || *number > max) return std::nullopt;
  return *number;
}

// As text: reading a number back must give the same double, or the next page would repeat or lose an item.
std::optional<double> real_at(const json::array& keys, std::size_t index) {
  const json::string* text = keys[index].if_string();
  if (text == nullptr) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc() || end != text->data() + text->size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

}  // namespace

json::object to_json(const store::Entry& entry) {
  const Item& item = entry.item;
  json::object answer{{"id", item.id.value},
                      {"errata_id", item.erratum.value},
                      {"errata_synopsis", entry.synopsis},
                      {"errata_version", or_null(entry.version)},
                      {"severity", entry.severity},
                      {"success_score", item.success_score},
                      {"urgency_score", item.urgency_score},
                      {"target_os", item.target_os},
                      {"status", to_string(item.status)},
                      {"position", or_null(entry.position)},
                      {"priority_override", item.priority_override},
                      {"requires_reboot", item.requires_reboot},
                      {"retry_count", item.retry_count},
                      {"retry_after", or_null(item.retry_after)},
                      {"superseded_by", item.superseded_by ? json::value(item.superseded_by->value) : nullptr},
                      {"snooze_until", or_null(item.snooze_until)},
                      {"pending_since", or_null(item.pending_since)},
                      {"queued_at", format_time(item.queued_at)},
                      {"started_at", or_null(item.started_at)},
                      {"completed_at", or_null(item.completed_at)},
                      {"created_by", item.created_by},
                      {"notes", item.notes}};
  answer["waiting_code"] = entry.waiting ? json::value(to_string(entry.waiting->code)) : nullptr;
  answer["waiting_reason"] = entry.waiting ? json::value(entry.waiting->text) : nullptr;
  put_failure(answer, item.failure);
  return answer;
}

json::array to_json(const std::vector<store::Target>& targets) {
  json::array list;
  for (const store::Target& target : targets) {
    list.push_back(json::object{{"system", {{"id", target.system.value}, {"name", target.name}}},
                                {"state", target.state},
                                {"test_id", target.test ? json::value(target.test->value) : nullptr},
                                {"reason", target.reason}});
  }
  return list;
}

json::object to_json(const AddReport& report) {
  json::array items;
  for (const AddedItem& item : report.added) {
    items.push_back({{"queue_id", item.id.value}, {"errata_id", item.erratum.value}, {"position", or_null(item.position)}});
  }
  json::array skipped;
  for (const SkippedErratum& one : report.skipped) skipped.push_back({{"errata_id", one.erratum.value}, {"reason", one.reason}});
  json::array superseded;
  for (const SupersededItem& item : report.superseded) {
    superseded.push_back({{"queue_id", item.id.value}, {"errata_id", item.erratum.value}, {"superseded_by", item.by.value}});
  }
  return {{"added", report.added.size()},
          {"already_queued", report.already_queued.size()},
          {"items", std::move(items)},
          {"skipped", std::move(skipped)},
          {"superseded", std::move(superseded)}};
}

json::object to_json(const SyncReport& report, bool changed) {
  json::array items;
  for (const SyncedItem& one : report.queued) {
    items.push_back({{"queue_id", changed ? json::value(one.item.id.value) : json::value(nullptr)},
                     {"errata_id", one.item.erratum.value},
                     {"target_os", one.target_os},
                     {"position", or_null(one.item.position)}});
  }
  return {{"new_errata_found", report.found}, {"queued", report.queued.size()}, {"skipped", report.skipped}, {"items", std::move(items)}};
}

json::object list_json(const std::vector<store::Entry>& entries, const std::map<Status, std::int64_t>& counted,
                       std::optional<Status> wanted, const http::Page& page, Mode mode) {
  json::array items;
  for (const store::Entry& entry : entries) items.push_back(to_json(entry));
  json::object by_status;
  std::int64_t total = 0;
  for (const auto& [status, count] : counted) {
    by_status[to_string(status)] = count;
    if (!wanted || *wanted == status) total += count;
  }
  std::optional<std::string> next;
  if (http::is_full(items, page)) next = http::encode_cursor(cursor_keys(store::order_key(entries.back().item), mode));
  json::object answer = http::list_answer(std::move(items), total, page, next);
  answer["by_status"] = std::move(by_status);
  return answer;
}

json::object stats_json(const std::vector<store::Count>& counts, const store::Times& times) {
  json::object by_status;
  json::object by_os;
  json::object by_severity;
  std::int64_t total = 0;
  for (const store::Count& count : counts) {
    total += count.items;
    count_in(by_status, to_string(count.status), count.items);
    count_in(by_os, count.target_os, count.items);
    count_in(by_severity, count.severity, count.items);
  }
  return {{"total", total},
          {"by_status", std::move(by_status)},
          {"by_os", std::move(by_os)},
          {"by_severity", std::move(by_severity)},
          {"oldest_queued_at", or_null(times.oldest_queued_at)},
          {"next_retry_at", or_null(times.next_retry_at)}};
}

json::array askable_from(Status status) {
  json::array words;
  for (const Transition& transition : transitions()) {
    if (transition.from == status && transition.by == By::Anyone) words.emplace_back(to_string(transition.to));
  }
  return words;
}

json::array cursor_keys(const OrderKey& place, Mode mode) {
  return {to_string(mode), place.priority_override, place.requires_reboot, place.success_score, fmt::format("{}", place.urgency_score),
          place.id};
}

std::optional<OrderKey> place_from(const json::array& keys, Mode mode) {
  if (keys.size() != 6 || !keys[0].is_string() || keys[0].get_string() != to_string(mode) || !keys[2].is_bool()) return std::nullopt;
  const auto priority = integer_at(keys, 1, -1000, 1000);
  const auto score = integer_at(keys, 3, 0, 100);
  const auto urgency = real_at(keys, 4);
  const auto id = integer_at(keys, 5, 1, std::numeric_limits<std::int64_t>::max());
  if (!priority || !score || !urgency || !id) return std::nullopt;
  return OrderKey{*priority, keys[2].get_bool(), *score, *urgency, *id};
}

}  // namespace spm::queue
