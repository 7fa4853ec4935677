// Published lists about CVEs. Laws: what was read is what the database takes, each CVE once, in order; and it means the same when it is
// written as the other format.

#include <fmt/format.h>

#include "base/package_grammar.hpp"
#include "cves/rules.hpp"
#include "fuzz/law.hpp"

namespace {

using spm::cves::Published;
using spm::cves::Source;
using spm::fuzz::law;

double highest(Source source) { return source == Source::Cvss ? 10 : 1; }

std::string as_csv(Source source, const Published& list) {
  std::string text = fmt::format("cve,{}\n", spm::cves::to_string(source));
  for (const auto& entry : list.entries) text += fmt::format("{},{}\n", entry.cve, entry.figure);
  return text;
}

std::string as_json(Source source, const Published& list) {
  std::string text;
  for (const auto& entry : list.entries)
    text += fmt::format(R"({}{{"cve":"{}","{}":"{}"}})", text.empty() ? "" : ",", entry.cve, spm::cves::to_string(source), entry.figure);
  return "[" + text + "]";
}

void is_the_same(Source source, const Published& list, const std::string& written) {
  const auto again = spm::cves::read_list(source, written);
  law(again.has_value() && again->entries.size() == list.entries.size(), "a list can be written and read again");
  for (std::size_t i = 0; i < list.entries.size(); ++i)
    law(again->entries[i].cve == list.entries[i].cve && again->entries[i].figure == list.entries[i].figure, "its entries stay the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto source : spm::cves::kSources) {
    const auto list = spm::cves::read_list(source, spm::fuzz::text_of(data, size));
    if (!list) {
      law(!list.error().message.empty(), "a refusal says why");
      continue;
    }
    for (std::size_t i = 0; i < list->entries.size(); ++i) {
      const auto& [cve, figure] = list->entries[i];
      law(spm::is_cve(cve) && figure >= 0 && figure <= highest(source), "an entry fits the table");
      law(i == 0 || list->entries[i - 1].cve < cve, "each CVE comes once, in order");
    }
    is_the_same(source, *list, as_csv(source, *list));
    is_the_same(source, *list, as_json(source, *list));
  }
  return 0;
}
