#include "integrations/uyuni/faults.hpp"

#include <gtest/gtest.h>

#include <boost/json/value_to.hpp>

namespace spm::uyuni {
namespace {

const std::string kKey = "42x" + std::string(64, 'a');

TEST(UyuniFaults, AGoneSessionIsRecognisedByItsTexts) {
  for (const std::string text : {"com.redhat.rhn.common.hibernate.LookupException: Could not find session with id: 42",
                                 "com.redhat.rhn.common.security.InvalidSessionIdException: Session id: 42 is not valid.",
                                 "com.redhat.rhn.common.hibernate.LookupException: Could not find a valid user for session with key: x",
                                 "java.lang.SecurityException: The system.listSystems API is not available for unauthenticated users."}) {
    EXPECT_TRUE(is_session_lost({-1, text})) << text;
    EXPECT_FALSE(is_session_lost({-23, text})) << text;
  }
  EXPECT_FALSE(is_session_lost({-1, "unhandled internal exception: Could not find action with id: 5"}));
  EXPECT_FALSE(is_session_lost({-1, "java.lang.SecurityException: The X API is not available to user spm"}));
}

TEST(UyuniFaults, ErrorsSayWhatAndKeepTheCode) {
  const Error error = error_of({-208, "redstone.xmlrpc.XmlRpcFault: No such system - sid = 17"}, "system.getDetails", "spm");
  EXPECT_EQ(error.code, ErrorCode::UyuniError);
  EXPECT_EQ(error.upstream, UpstreamFailure::Refused);
  EXPECT_EQ(error.message, "UYUNI refused system.getDetails: No such system - sid = 17 (fault -208)");
  EXPECT_EQ(fault_code(error), -208);
  EXPECT_TRUE(fault_says(error, "no SUCH system"));
  EXPECT_FALSE(fault_says(error, "no such patch"));
}

TEST(UyuniFaults, NothingHappenedWhenTaskomaticIsDownOrTheServerIsBusy) {
  EXPECT_EQ(error_of({kTaskomaticDown, "Taskomatic is not available."}, "m", "u").upstream, UpstreamFailure::Unreachable);
  EXPECT_EQ(error_of({-1, "Operation already running. Please try later again."}, "m", "u").upstream, UpstreamFailure::Unreachable);
  EXPECT_EQ(error_of({kNotApplicable, "x"}, "m", "u").upstream, UpstreamFailure::Refused);
}

TEST(UyuniFaults, AMissingRightNamesTheAccount) {
  for (const xmlrpc::Fault& fault :
       {xmlrpc::Fault{-1, "java.lang.SecurityException: The X API is not available to user spm"}, xmlrpc::Fault{-23, "denied"}}) {
    EXPECT_NE(error_of(fault, "schedule.cancelActions", "spm").message.find("give the account spm the role"), std::string::npos);
  }
}

TEST(UyuniFaults, NoSessionKeyReachesAMessage) {
  const Error error = error_of({-1, "a.b.LookupException: no session with key: " + kKey + " here"}, "m", "u");
  EXPECT_EQ(error.message.find(std::string(32, 'a')), std::string::npos) << error.message;
  EXPECT_EQ(json::value_to<std::string>(error.details.at("fault")).find(std::string(32, 'a')), std::string::npos);
  EXPECT_NE(error.message.find("here"), std::string::npos);
}

TEST(UyuniFaults, LongTextsAreCut) { EXPECT_LT(error_of({-1, std::string(100'000, 'x')}, "m", "u").message.size(), 1'000U); }

}  // namespace
}  // namespace spm::uyuni
