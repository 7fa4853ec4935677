#include "integrations/uyuni/advisory_details.hpp"

#include <gtest/gtest.h>

namespace spm::uyuni {
namespace {

using xmlrpc::Array;
using xmlrpc::Struct;
using xmlrpc::Value;

const AdvisoryName kName{"USN-7278-1"};

ServerTimeZone zone() { return ServerTimeZone::named("Europe/Rome").value(); }

Struct package(const std::string& name, const std::string& version, const std::string& release, const std::string& arch,
               const std::string& epoch = " ") {
  return {{"name", name},
          {"version", version},
          {"release", release},
          {"arch_label", arch},
          {"epoch", epoch},
          {"size", "1027072"},
          {"providing_channels", Array{"ubuntu-24.04-pool-amd64-uyuni"}}};
}

TEST(UyuniAdvisory, ReadsDetails) {
  const auto advisory = parse_details(Struct{{"synopsis", "OpenSSL"},
                                             {"type", "Security Advisory"},
                                             {"severity", "Important"},
                                             {"issue_date", "1/31/26"},
                                             {"update_date", "2026-02-01"},
                                             {"reboot_suggested", true},
                                             {"unknown", 5}},
                                      kName, zone());
  ASSERT_TRUE(advisory) << advisory.error().message;
  EXPECT_EQ(advisory->severity, ports::Severity::High);
  EXPECT_EQ(advisory->severity_source, ports::SeveritySource::Vendor);
  EXPECT_EQ(advisory->type, ports::AdvisoryType::Security);
  EXPECT_EQ(advisory->source, "usn");
  EXPECT_TRUE(advisory->reboot_suggested);
  EXPECT_EQ(format_time(*advisory->issued_at), "2026-01-30T23:00:00Z");
  EXPECT_EQ(format_time(*advisory->updated_at), "2026-01-31T23:00:00Z");
  EXPECT_FALSE(advisory->packages);
}

TEST(UyuniAdvisory, WithoutSeverityTheTypeSpeaks) {
  const auto severity = [](const char* type) {
    const auto advisory = parse_details(Struct{{"synopsis", "x"}, {"type", type}}, kName, zone()).value();
    return std::pair(advisory.severity, advisory.severity_source);
  };
  EXPECT_EQ(severity("Security Advisory"), std::pair(ports::Severity::Medium, ports::SeveritySource::TypeDefault));
  EXPECT_EQ(severity("Bug Fix Advisory"), std::pair(ports::Severity::Low, ports::SeveritySource::TypeDefault));
  EXPECT_EQ(severity("Etwas Anderes"), std::pair(ports::Severity::Unknown, ports::SeveritySource::None));
}

TEST(UyuniAdvisory, ADateThatCannotBeReadIsLeftOut) {
  EXPECT_FALSE(parse_details(Struct{{"synopsis", "x"}, {"issue_date", "31.01.26"}}, kName, zone())->issued_at);
}

TEST(UyuniAdvisory, AnotherShapeIsABadAnswer) {
  for (const Value& wrong : {Value("text"), Value(Array{}), Value(Struct{})}) {
    const auto advisory = parse_details(wrong, kName, zone());
    ASSERT_FALSE(advisory);
    EXPECT_EQ(advisory.error().upstream, UpstreamFailure::BadAnswer);
  }
}

TEST(UyuniAdvisory, CvesAreKeptAndOtherNamesAreNot) {
  EXPECT_EQ(parse_cves(Array{"CVE-2026-1234", "LP: #5", ""}), std::set<std::string>{"CVE-2026-1234"});
  EXPECT_FALSE(parse_cves(Array{5}));
}

TEST(UyuniAdvisory, PackagesComeInThePackageManagersForm) {
  const auto provided =
      parse_packages(Array{package("libssl3t64", "3.0.13", "0ubuntu3.5", "amd64-deb"), package("tzdata", "2025b", "X", "all-deb"),
                           package("openssl-libs", "3.0.7", "28.el9_4", "x86_64", "1"), package("bash", "5.1", "9.el9", "x86_64", "0")},
                     kName);
  ASSERT_TRUE(provided) << provided.error().message;
  ASSERT_EQ(provided->packages.size(), 4U);
  EXPECT_EQ(provided->packages[0].evr, "5.1-9.el9");
  EXPECT_EQ(provided->packages[1], (ports::Package{"libssl3t64", "3.0.13-0ubuntu3.5", "amd64", 1027072}));
  EXPECT_EQ(provided->packages[2].evr, "1:3.0.7-28.el9_4");
  EXPECT_EQ(provided->packages[3].evr, "2025b");
  EXPECT_EQ(provided->distribution, "ubuntu-24.04");
}

TEST(UyuniAdvisory, OneBadPackageSpoilsTheList) {
  for (const Struct& bad : {package("lib ssl", "1", "1", "amd64-deb"), package("x; id", "1", "1", "x86_64"),
                            package("bash", "$(id)", "1", "x86_64"), package("bash", "1", "1", "")}) {
    EXPECT_FALSE(parse_packages(Array{package("bash", "5.1", "9.el9", "x86_64"), bad}, kName));
  }
}

}  // namespace
}  // namespace spm::uyuni
