#pragma once
// What people may change while the service runs: the typed document, the one table of its fields, and how values given by name are checked,
// applied and compared. Pure values and functions, safe from any thread.
//
// A new field is a member here and a row in rules_fields.cpp.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace spm::configuration {

// Which packages matter to the Success Score. A pattern is the beginning of a name, in any case; with "$" at its end it is the whole name,
// with "#" at its end a digit must follow: "systemd$" and "systemd-#" match systemd and systemd-252, but not systemd-container.
struct Patterns {
  std::vector<std::string> kernel;
  std::vector<std::string> reboot;
  std::vector<std::string> config;
  bool operator==(const Patterns&) const = default;
};
[[nodiscard]] Patterns default_patterns();

// Points of the Success Score, all of them ≥ 0; penalties are subtracted.
struct ScoreWeights {
  int kernel = 30;
  int reboot = 15;
  int config = 10;
  int dependency = 3;  // for each
  int dependency_max = 15;
  double size_per_mb = 2;
  int size_max = 10;
  double history_factor = 20;  // times the rate of failed tests
  int small_bonus = 5;         // below 100 KB in all
  Patterns patterns = default_patterns();
  bool operator==(const ScoreWeights&) const = default;
};

// What validate allows on top of the baseline.
struct Thresholds {
  double cpu_delta = 20;     // percentage points
  double memory_delta = 15;  // percentage points
  int failed_services = 0;   // new failed units
};

// What must run, for each OS; the alternatives of an entry are separated by "|".
struct CriticalServices {
  std::vector<std::string> ubuntu;
  std::vector<std::string> debian;
  std::vector<std::string> rhel;
  std::vector<std::string> suse;
  // Of an OS that is not known: those of Ubuntu.
  [[nodiscard]] const std::vector<std::string>& of(std::string_view target_os) const;
};
[[nodiscard]] CriticalServices default_critical_services();

struct Policies {
  bool metrics_required = false;
  bool snapshot_required = false;
  bool restore_after_test = false;
  bool rollback_proof_required = true;
  bool four_eyes_critical = false;   // two people for severity Critical
  bool four_eyes_kernel = false;     // two people when a kernel or boot package is in it
  bool four_eyes_low_score = false;  // two people for a Success Score below the threshold
  int four_eyes_score = 40;
  bool creator_may_not_approve = false;
};

// Days from when an erratum became applicable until it should be decided.
struct ServiceLevels {
  int critical = 7;
  int high = 14;
  int medium = 30;
  int low = 90;
};

struct Queue {
  std::string mode = "safest";  // safest, security, smart
};

// Days for which what ages is kept.
struct Retention {
  int evidence_days = 365;
  int events_days = 90;
  int sync_runs_days = 180;
};

struct Document {
  ScoreWeights score;
  Thresholds thresholds;
  CriticalServices critical_services = default_critical_services();
  Policies policies;
  ServiceLevels service_levels;
  Queue queue;
  Retention retention;
};

enum class Kind { Integer, Number, Flag, Choice, Texts };
[[nodiscard]] std::string_view to_string(Kind kind);

struct Field {
  std::string_view name;  // "score.kernel"
  Kind kind = Kind::Integer;
  double minimum = 0;  // of a number
  double maximum = 0;
  std::vector<std::string_view> choices = {};
  bool (*is_item)(std::string_view) = nullptr;  // of Texts: what an entry may be
  std::string_view unit = {};
  std::string_view description;
  json::value (*read)(const Document&) = nullptr;
  void (*write)(Document&, const json::value&) = nullptr;  // of a value without a problem
  bool is_score = false;                                   // a change of it changes scores
};

// All fields, in the order in which people see them.
[[nodiscard]] std::span<const Field> fields();
[[nodiscard]] const Field* find_field(std::string_view name);

// What is wrong with the value; empty: nothing. Completes "score.kernel …" to a sentence.
[[nodiscard]] std::string problem_with(const Field& field, const json::value& value);

// By name of the field; empty: all values fit. A name that is no field is a problem. `null` fits everywhere: it takes a value away.
[[nodiscard]] std::map<std::string, std::string> problems_of(const json::object& values);

// The document with these values in it. Values with a problem are left out: the default stands.
[[nodiscard]] Document applied(Document document, const json::object& values);

struct Change {
  std::string_view name;
  json::value from;
  json::value to;
};
[[nodiscard]] std::vector<Change> changes_between(const Document& before, const Document& after);
[[nodiscard]] json::array to_json(const std::vector<Change>& changes);
[[nodiscard]] bool changes_scores(const std::vector<Change>& changes);

}  // namespace spm::configuration
