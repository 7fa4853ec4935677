#include <gtest/gtest.h>

#include "base/json_access.hpp"
#include "integrations/spm_sync/spm_sync.hpp"

namespace spm::spm_sync {
namespace {

using ports::Severity;

Result<ports::Advisory> read(std::string_view text) { return read_entry(*parse_json(text), 3); }

TEST(FeedDate, BothFormsOfTheSerializerAreRead) {
  const auto iso = parse_time("2026-02-20T13:23:45Z").value();
  EXPECT_EQ(parse_feed_date("Fri, 20 Feb 2026 13:23:45 GMT").value(), iso);
  EXPECT_EQ(parse_feed_date("2026-02-20T13:23:45").value(), iso);
  EXPECT_EQ(parse_feed_date("2026-02-20T14:23:45+01:00").value(), iso);
  EXPECT_EQ(parse_feed_date("2026-02-20").value(), parse_time("2026-02-20T00:00:00Z").value());
}

TEST(FeedDate, WhatIsNoDateIsRefused) {
  for (const auto* text : {"", "yesterday", "Fri, 31 Feb 2026 13:23:45 GMT", "Fri, 20 Foo 2026 13:23:45 GMT", "2026-13-01"})
    EXPECT_FALSE(parse_feed_date(text)) << text;
}

TEST(FeedEntry, ReadsAllThatTheFeedKnows) {
  const auto advisory = read(R"({"id":1,"advisory_id":"USN-7412-2","title":"openssl: CVE-2026-1234 and cve-2026-99999","severity":"HIGH",
                                 "source":"usn","distribution":"ubuntu-24.04","issued_date":"Fri, 20 Feb 2026 13:23:45 GMT","sync_status":"pending"})")
                            .value();
  EXPECT_EQ(advisory.name.value, "USN-7412-2");
  EXPECT_EQ(advisory.severity, Severity::High);
  EXPECT_EQ(advisory.cves, (std::set<std::string>{"CVE-2026-1234", "CVE-2026-99999"}));
  EXPECT_EQ(advisory.distribution, "ubuntu-24.04");
  EXPECT_FALSE(advisory.packages.has_value());
}

TEST(FeedEntry, NullsAndMissingFieldsAreUnknownNotLow) {
  const auto advisory = read(R"({"advisory_id":"DEB-CVE-2024-1234","title":null,"severity":null,"distribution":null})").value();
  EXPECT_EQ(advisory.severity, Severity::Unknown);
  EXPECT_EQ(advisory.severity_source, ports::SeveritySource::None);
  EXPECT_EQ(advisory.cves, (std::set<std::string>{"CVE-2024-1234"}));
  EXPECT_FALSE(advisory.issued_at.has_value());
}

TEST(FeedEntry, CodenamesBecomeReleases) {
  EXPECT_EQ(read(R"({"advisory_id":"DSA-1-1","distribution":"debian-bookworm"})").value().distribution, "debian-12");
}

TEST(FeedEntry, ABadEntryIsNamed) {
  for (const auto* text :
       {R"("x")", R"({})", R"({"advisory_id":""})", R"({"advisory_id":"a b"})", R"({"advisory_id":"../x"})", R"({"advisory_id":5})",
        R"({"advisory_id":"USN-1-1","title":7})", R"({"advisory_id":"USN-1-1","issued_date":"soon"})"}) {
    const auto advisory = read(text);
    ASSERT_FALSE(advisory) << text;
    EXPECT_NE(advisory.error().message.find("errata[3]"), std::string::npos) << advisory.error().message;
  }
}

}  // namespace
}  // namespace spm::spm_sync
