#include <gtest/gtest.h>

#include "integrations/salt/commands.hpp"
#include "net/remote_script.hpp"

namespace spm::salt {
namespace {

std::string page(std::string_view paragraph) {
  return "<html><head><title>401 Unauthorized</title></head><body><h2>401 Unauthorized</h2>\n<p>" + std::string(paragraph) +
         "</p>\n<div id=\"powered_by\">Powered by CherryPy</div></body></html>";
}

ports::CommandBatch batch_of_one() {
  ports::CommandBatch batch;
  batch.target = {SystemId{1}, "web01"};
  batch.commands = {{{"true"}}};
  batch.token = "20261123132434123456";
  return batch;
}

TEST(SaltDenial, ADeadTokenAndAMissingRightAreToldApart) {
  for (const auto* text : {"No permission -- see authorization schemes", "Authentication error occurred.",
                           "Authentication failure of type &quot;token&quot; occurred."}) {
    EXPECT_EQ(read_denial(page(text)), Denial::LogInAgain) << text;
  }
  for (const auto* text : {"Authorization error occurred.", "Authentication failure of type &quot;token&quot; occurred for user spm."}) {
    EXPECT_EQ(read_denial(page(text)), Denial::NotAllowed) << text;
  }
}

TEST(SaltErrorPage, GivesTheParagraphAPersonNeeds) {
  EXPECT_EQ(read_error_page(page("Client disabled: &#x27;local&#x27;.")), "Client disabled: 'local'.");
  EXPECT_EQ(read_error_page("{\"status\":500}"), "");
}

TEST(SaltReturn, ReadsTheOutputsOfAFinishedScript) {
  const auto batch = batch_of_one();
  const auto report =
      read_return(batch, json::object{{"pid", 1},
                                      {"retcode", 0},
                                      {"stderr", ""},
                                      {"stdout", "@@spm:" + batch.token + ":0:begin\n\n@@spm:" + batch.token + ":0:end:0\n"}});
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->state, ports::BatchState::Done);
  ASSERT_EQ(report->outputs.size(), 1U);
  EXPECT_EQ(report->outputs[0].exit_status, 0);
}

TEST(SaltReturn, OutputThatIsNoTextIsMadeText) {
  const auto batch = batch_of_one();
  const std::string nul(1, '\0');
  const auto report =
      read_return(batch, json::object{{"stdout", "@@spm:" + batch.token + ":0:begin\na" + nul + "x\n@@spm:" + batch.token + ":0:end:0\n"}});
  ASSERT_TRUE(report) << report.error().message;
  ASSERT_EQ(report->state, ports::BatchState::Done) << report->reason;
  EXPECT_EQ(report->outputs[0].output, "a\uFFFDx");
}

TEST(SaltReturn, AScriptThatDidNotEndIsLostNotDone) {
  const auto batch = batch_of_one();
  for (const auto& value : {json::value("ERROR: User 'x' is not available"),
                            json::value(json::object{{"retcode", 1}, {"stdout", "sh : Timed out after 60 seconds"}}),
                            json::value(json::object{{"retcode", 0}, {"stdout", ""}})}) {
    const auto report = read_return(batch, value);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->state, ports::BatchState::Lost);
    EXPECT_FALSE(report->reason.empty());
  }
}

TEST(SaltReturn, AnOutputThatSaltCutAwaySaysHowToHaveIt) {
  const auto report = read_return(batch_of_one(), json::object{{"retcode", 0}, {"stdout", "VALUE_TRIMMED"}, {"stderr", ""}});
  ASSERT_TRUE(report);
  EXPECT_EQ(report->state, ports::BatchState::Lost);
  EXPECT_NE(report->reason.find("max_event_size"), std::string::npos) << report->reason;
}

TEST(SaltReturn, AnotherShapeIsNonsense) {
  for (const auto& value : {json::value(true), json::value(json::object{{"retcode", 0}}), json::value(json::object{{"stdout", 5}})}) {
    const auto report = read_return(batch_of_one(), value);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().upstream, UpstreamFailure::BadAnswer);
  }
}

}  // namespace
}  // namespace spm::salt
