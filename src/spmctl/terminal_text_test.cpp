#include "spmctl/terminal_text.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "spmctl/exit_codes.hpp"
#include "spmctl/watch.hpp"

namespace spm::spmctl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(TerminalText, NothingThatATerminalObeysComesThrough) {
  EXPECT_EQ(harmless("a\x1b[2Jb\r\n\tc\x7f"), "a\\x1b[2Jb\\x0d\\x0a\\x09c\\x7f");
  EXPECT_EQ(harmless("\xc2\x9b"
                     "2J"),
            "\\x9b2J");  // C1: the same as ESC [
  EXPECT_EQ(harmless("user\xe2\x80\xae"
                     "gpj"),
            "user\\u202egpj");
  EXPECT_EQ(harmless("caf\xc3\xa9 \xe2\x9c\x93"), "caf\xc3\xa9 \xe2\x9c\x93");
  EXPECT_EQ(harmless("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(harmless("a\nb\x1b", Breaks::Keep), "a\nb\\x1b");
}

TEST(TerminalText, JsonStaysJsonWithoutThem) {
  const json::value value{{"a", "\x1b\xc2\x9b\xe2\x80\xae"}, {"b", {1, json::object{}}}};
  const auto text = pretty_json(value);
  EXPECT_EQ(text, "{\n  \"a\": \"\\u001b\\u009b\\u202e\",\n  \"b\": [\n    1,\n    {}\n  ]\n}\n");
  EXPECT_EQ(json::parse(text), value);
}

TEST(TerminalText, TablesTakeAsManyColumnsAsFit) {
  const auto answer = json::parse(
      R"({"items": [{"id": 7, "synopsis": "a kernel", "more": {"x": 1}, "cves": ["CVE-1"]}, {"id": 12, "synopsis": null, "cves": []}], "total": 9})");
  EXPECT_EQ(as_table(answer, 0), "ID  SYNOPSIS  CVES\n7   a kernel  CVE-1\n12  -         -\n2 of 9\n");
  EXPECT_EQ(as_table(answer, 13), "ID  SYNOPSIS\n7   a kernel\n12  -\n2 of 9\n");
  EXPECT_EQ(as_table(answer, 1), "ID\n7\n12\n2 of 9\n") << "one column stays";
  EXPECT_EQ(as_table(json::parse(R"({"items": [], "total": 0})"), 80), "0 of 0\n");
}

TEST(TerminalText, OtherAnswersAreLines) {
  const auto answer =
      json::parse(R"({"status": "healthy", "components": {"database": {"status": "connected"}}, "jobs": [{"name": "x"}], "none": null})");
  EXPECT_EQ(as_table(answer, 80), "status: healthy\ncomponents.database.status: connected\nnone: -\n\njobs:\nNAME\nx\n");
}

TEST(TerminalText, LongCellsAreCutAtAWholeCharacter) {
  std::string longest;
  for (int i = 0; i < 60; ++i) longest += "\xc3\xa9";
  const auto table = as_table(json::array{json::object{{"t", longest}}}, 0);
  EXPECT_THAT(table, HasSubstr("\xc3\xa9…\n"));
  EXPECT_THAT(table, Not(HasSubstr("\\x")));
}

TEST(EventReader, ReadsAStreamInWhateverPiecesItComes) {
  const std::string stream =
      "retry: 2000\n\nid: 5\nevent: test.phase_started\ndata: {\"phase\":\"patch\"}\n\n: still here\n\nevent: end\ndata: {}\n\n";
  for (std::size_t size = 1; size < stream.size(); ++size) {
    std::vector<std::string> seen;
    EventReader reader([&](const ServerEvent& event) { seen.push_back(event.id + "/" + event.name + "/" + event.data); });
    for (std::size_t at = 0; at < stream.size(); at += size) reader.feed(std::string_view(stream).substr(at, size));
    ASSERT_THAT(seen, ElementsAre("5/test.phase_started/{\"phase\":\"patch\"}", "/end/{}")) << size;
  }
}

TEST(EventReader, AnEventIsOneLineForAPerson) {
  EXPECT_EQ(event_line({"5", "test.phase_ended",
                        R"({"id":5,"at":"2026-11-23T13:24:34.120Z","type":"x","phase":"patch","detail":"\u001b[2J","n":null})"}),
            "13:24:34  phase_ended      phase=patch detail=\\x1b[2J");
}

TEST(ExitCodes, SayWhatAScriptNeeds) {
  EXPECT_EQ(exit_for_status(201), Exit::Ok);
  EXPECT_EQ(exit_for_status(207), Exit::Negative);
  EXPECT_EQ(exit_for_status(400), Exit::Usage);
  EXPECT_EQ(exit_for_status(403), Exit::Denied);
  EXPECT_EQ(exit_for_status(404), Exit::NotFound);
  EXPECT_EQ(exit_for_status(409), Exit::Conflict);
  EXPECT_EQ(exit_for_status(429), Exit::Unavailable);
  EXPECT_EQ(exit_for_status(302), Exit::Unavailable);
}

}  // namespace
}  // namespace spm::spmctl
