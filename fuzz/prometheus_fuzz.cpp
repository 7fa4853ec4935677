// Answers of Prometheus, and labels on the way into its query language.
// Laws: a measurement is a finite number; a label stays inside its quotes.

#include <cmath>

#include "base/json_access.hpp"
#include "fuzz/law.hpp"
#include "integrations/prometheus/prometheus.hpp"

namespace {

using namespace spm;
using fuzz::law;

void check_label(std::string_view text) {
  const auto quoted = prometheus::promql_string(text);
  law(quoted.size() >= 2 && quoted.front() == '"' && quoted.back() == '"', "a label is quoted");
  std::size_t i = 1;
  while (i + 1 < quoted.size() && quoted[i] != '"') i += quoted[i] == '\\' ? 2 : 1;
  law(i == quoted.size() - 1, "a label ends where its quotes end");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = fuzz::text_of(data, size);
  check_label(text);
  const auto answer = parse_json(text);
  if (!answer) return 0;
  const auto value = prometheus::read_instant_value(*answer);
  if (value && *value) law(std::isfinite(**value), "a measurement is a finite number");
  return 0;
}
