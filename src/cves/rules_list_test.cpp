// How lists are written, by those who publish them and by those who wish us ill.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cves/rules.hpp"
#include "cves/rules_csv.hpp"

namespace spm::cves {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> shown(const Result<Published>& list) {
  std::vector<std::string> out;
  if (!list) return {list.error().message};
  for (const auto& entry : list->entries) out.push_back(fmt::format("{} {}", entry.cve, entry.figure));
  return out;
}

TEST(CveLists, KnownExploitedOnesComeAsCisaWritesThem) {
  const auto as_json =
      read_list(Source::Kev, R"({"title": "CISA Catalog", "catalogVersion": "2025.08.25", "dateReleased": "2025-08-25T17:00:21Z",
    "count": 2, "vulnerabilities": [{"cveID": "CVE-2025-48384", "vendorProject": "Git", "cwes": ["CWE-59"]}, {"cveID": "CVE-2007-0671"}]})");
  EXPECT_THAT(shown(as_json), ElementsAre("CVE-2007-0671 1", "CVE-2025-48384 1"));
  EXPECT_EQ(as_json->version, "2025.08.25");
  const auto as_csv = read_list(Source::Kev,
                                "\xEF\xBB\xBF\"cveID\",\"vendorProject\",\"shortDescription\"\r\n"
                                "CVE-2025-48384,Git,\"A link, a \"\"hook\"\",\r\nand a clone\"\r\n"
                                "CVE-2007-0671,Microsoft,\r\n");
  EXPECT_THAT(shown(as_csv), ElementsAre("CVE-2007-0671 1", "CVE-2025-48384 1"));
  EXPECT_EQ(as_csv->version, "");
}

TEST(CveLists, ScoresComeAsFirstWritesThem) {
  const auto as_csv =
      read_list(Source::Epss,
                "#model_version:v2025.03.14,score_date:2025-08-25T12:55:00Z\ncve,epss,percentile\nCVE-2024-1234,0.00043,0.12\n"
                "CVE-1999-0001,1e-05,0.9\n");
  EXPECT_THAT(shown(as_csv), ElementsAre("CVE-1999-0001 1e-05", "CVE-2024-1234 0.00043"));
  EXPECT_EQ(as_csv->version, "2025-08-25");
  const auto as_json = read_list(Source::Epss, R"({"status": "OK", "total": 300000, "offset": 0, "data": [
    {"cve": "CVE-2024-1234", "epss": "0.97", "percentile": "0.99", "date": "2025-08-25"}]})");
  EXPECT_THAT(shown(as_json), ElementsAre("CVE-2024-1234 0.97"));
  EXPECT_EQ(as_json->version, "2025-08-25");
}

TEST(CveLists, AFigureStandsInAColumnOfItsName) {
  EXPECT_THAT(shown(read_list(Source::Cvss, "CVSS , CVE_ID\n9.8,CVE-2024-1234\n,CVE-2024-1235\n")), ElementsAre("CVE-2024-1234 9.8"));
  EXPECT_THAT(shown(read_list(Source::Cvss, R"([{"cve_id": "CVE-2024-1234", "cvss": 7}, {"cve_id": "CVE-2024-1235", "cvss": null}])")),
              ElementsAre("CVE-2024-1234 7"));
}

TEST(CveLists, OfACveThatComesTwiceTheHigherFigureCounts) {
  EXPECT_THAT(shown(read_list(Source::Epss, "cve,epss\nCVE-2024-1234,0.1\nCVE-2024-1234,0.3\nCVE-2024-1234,0.2\n")),
              ElementsAre("CVE-2024-1234 0.3"));
}

TEST(CveLists, WhatMakesNoSenseIsRefusedAsAWholeWithItsPlace) {
  struct Case {
    Source source;
    std::string text;
    std::string message;
  };
  const std::vector<Case> cases{
      {Source::Kev, "", "neither JSON nor CSV with a column"},
      {Source::Kev, "#only a comment", "neither JSON nor CSV"},
      {Source::Kev, "<html><body>Sign in</body></html>", "neither JSON nor CSV"},
      {Source::Kev, "cveID\nCVE-2024-1234\ncve-2024-1235\n", "line 3: 'cve-2024-1235' is no id"},
      {Source::Kev, "cveID\nCVE-2024-1234'; DROP TABLE cves\n", "is no id of a CVE"},
      {Source::Kev, "cveID\nCVE-2024-\x01\n", "line 2: what stands there is no id"},
      {Source::Kev, "cveID,a\nCVE-2024-1234\n", "line 2: 1 fields instead of 2"},
      {Source::Kev, "cveID,a\nCVE-2024-1234,\"never closed\n", "line 2: a quote is not closed"},
      {Source::Kev, "cveID,a\nCVE-2024-1234,\"a\"b\n", "line 2: something follows behind a closing quote"},
      {Source::Kev, "cveID,a\nCVE-2024-1234," + std::string(70'000, 'x') + "\n", "line 2: a field is too long"},
      {Source::Kev, "cveID" + std::string(64, ',') + "\n", "line 1: there are too many fields"},
      {Source::Kev, "{\"vulnerabilities\": [", "not JSON"},
      {Source::Kev, std::string(100'000, '['), "not JSON"},
      {Source::Kev, "{\"vulnerabilities\": {}}", "the document has no list"},
      {Source::Kev, "[1]", "entry 1 is no object"},
      {Source::Kev, "[{\"cveID\": 5}]", "entry 1: '5' is no id"},
      {Source::Kev, "[{}]", "entry 1: what stands there is no id"},
      {Source::Kev, R"({"count": 1404, "vulnerabilities": [{"cveID": "CVE-2024-1234"}]})", "says that it has '1404' entries, and has 1"},
      {Source::Epss, "cve,percentile\nCVE-2024-1234,0.5\n", "has no column epss"},
      {Source::Epss, "cve,epss\nCVE-2024-1234,1.01\n", "line 2: epss must be a number 0..1, not '1.01'"},
      {Source::Epss, "cve,epss\nCVE-2024-1234,-0.01\n", "epss must be a number 0..1"},
      {Source::Epss, "cve,epss\nCVE-2024-1234,nan\n", "epss must be a number 0..1"},
      {Source::Epss, "cve,epss\nCVE-2024-1234,inf\n", "epss must be a number 0..1"},
      {Source::Epss, "cve,epss\nCVE-2024-1234,0.5x\n", "epss must be a number 0..1"},
      {Source::Epss, R"([{"cve": "CVE-2024-1234", "epss": [0.5]}])", "entry 1: epss must be a number 0..1"},
      {Source::Cvss, R"([{"cve": "CVE-2024-1234", "epss": 0.5}])", "no entry of the list has a figure cvss"},
      {Source::Epss, R"([{"cve": "CVE-2024-1234", "epss": true}])", "entry 1: epss must be a number 0..1"},
      {Source::Cvss, "cve,cvss\nCVE-2024-1234,10.1\n", "line 2: cvss must be a number 0..10, not '10.1'"},
  };
  for (const auto& one : cases) {
    const auto list = read_list(one.source, one.text);
    ASSERT_FALSE(list) << one.text.substr(0, 80);
    EXPECT_THAT(list.error().message, HasSubstr(one.message)) << one.text.substr(0, 80);
    EXPECT_LT(list.error().message.size(), 300U) << "nothing of any length is repeated";
  }
}

TEST(CveLists, OfTooManyEntriesAreRefused) {
  std::string text = "cve\n";
  for (std::size_t i = 0; i <= kMaxEntries; ++i) text += "CVE-2024-1234\n";
  const auto list = read_list(Source::Kev, text);
  ASSERT_FALSE(list);
  EXPECT_THAT(list.error().message, HasSubstr("more than 1000000 entries"));
}

TEST(CveLists, NamesOfVersionsThatNobodyShouldSeeAreLeftOut) {
  EXPECT_EQ(read_list(Source::Kev, R"({"catalogVersion": "1\u001b[2J", "vulnerabilities": [{"cveID": "CVE-2024-1234"}]})")->version, "");
  EXPECT_EQ(read_list(Source::Kev, fmt::format(R"({{"catalogVersion": "{}", "vulnerabilities": []}})", std::string(65, '1')))->version, "");
}

TEST(Csv, LinesAreCountedThroughQuotedBreaks) {
  CsvRecords records("a,b\n\n\"1\n2\",3\r\n\"\",\n");
  std::vector<std::string> fields;
  EXPECT_TRUE(*records.next(fields));
  EXPECT_THAT(fields, ElementsAre("a", "b"));
  EXPECT_TRUE(*records.next(fields));
  EXPECT_THAT(fields, ElementsAre("1\n2", "3"));
  EXPECT_EQ(records.line(), 3U);
  EXPECT_TRUE(*records.next(fields));
  EXPECT_THAT(fields, ElementsAre("", ""));
  EXPECT_EQ(records.line(), 5U);
  EXPECT_FALSE(*records.next(fields));
}

}  // namespace
}  // namespace spm::cves
