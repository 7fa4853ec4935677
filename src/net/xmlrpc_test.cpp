#include "net/xmlrpc.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace spm::xmlrpc {
namespace {

std::string answer_with(const std::string& value) {
  return "<?xml version=\"1.0\"?><methodResponse><params><param>" + value + "</param></params></methodResponse>";
}

Value value_of(const std::string& xml) {
  const auto answer = parse_answer(answer_with(xml));
  EXPECT_TRUE(answer) << (answer ? "" : answer.error().message);
  if (!answer || !std::holds_alternative<Value>(*answer)) return Value("(no value)");
  return std::get<Value>(*answer);
}

std::string refusal_of(const std::string& document) {
  const auto answer = parse_answer(document);
  EXPECT_FALSE(answer);
  if (answer) return "";
  EXPECT_EQ(answer.error().code, ErrorCode::ValidationError);
  return answer.error().message;
}

rc::Gen<Value> any_value(int depth) {
  auto text =
      rc::gen::map(rc::gen::container<std::string>(rc::gen::inRange<char>(1, 127)), [](std::string s) { return Value(std::move(s)); });
  auto number = rc::gen::map(rc::gen::arbitrary<std::int64_t>(), [](std::int64_t n) { return Value(n); });
  auto flag = rc::gen::map(rc::gen::arbitrary<bool>(), [](bool b) { return Value(b); });
  auto real = rc::gen::map(rc::gen::arbitrary<double>(), [](double d) { return Value(d); });
  auto date = rc::gen::just(Value(LocalDateTime{"20260131T09:05:00"}));
  if (depth == 0) return rc::gen::oneOf(text, number, flag, real, date);
  auto array = rc::gen::map(rc::gen::container<Array>(any_value(depth - 1)), [](Array a) { return Value(std::move(a)); });
  auto members = rc::gen::map(rc::gen::container<Struct>(rc::gen::string<std::string>(), any_value(depth - 1)), [](Struct s) {
    Struct kept;  // names: printable, as the wire cannot hold a NUL
    for (auto& [name, value] : s) kept.insert_or_assign("m" + std::to_string(name.size()), std::move(value));
    return Value(std::move(kept));
  });
  return rc::gen::oneOf(text, number, flag, real, date, array, members);
}

TEST(XmlRpc, EveryValueSurvivesTheRoundTrip) {
  EXPECT_TRUE(rc::check([] {
    const auto value = *rc::gen::scale(0.2, any_value(2));
    const auto answer = parse_answer(write_answer(value));
    RC_ASSERT(answer.has_value());
    RC_ASSERT(std::get<Value>(*answer) == value);
  }));
}

TEST(XmlRpc, EveryCallSurvivesTheRoundTrip) {
  EXPECT_TRUE(rc::check([] {
    const Call call{"system.scheduleApplyErrata", {*rc::gen::scale(0.2, any_value(1)), *rc::gen::scale(0.2, any_value(1))}};
    const auto parsed = parse_call(write_call(call));
    RC_ASSERT(parsed.has_value());
    RC_ASSERT(parsed->method == call.method);
    RC_ASSERT(parsed->params == call.params);
  }));
}

TEST(XmlRpc, NoBytesWhateverMakeTheParserMisbehave) {
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    (void)parse_answer(bytes);
    (void)parse_call(bytes);
    (void)parse_answer(answer_with("<value>" + bytes + "</value>"));
  }));
}

TEST(XmlRpc, NoTruncationIsTakenForAnAnswer) {
  const std::string whole = write_answer(Value(Struct{{"name", "web01"}, {"ids", Array{1, 2, 3}}}));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_answer(whole.substr(0, length))) << length;
  }
}

TEST(XmlRpc, ReadsEveryTypeOfTheDialect) {
  EXPECT_EQ(value_of("<value><i4>-5</i4></value>"), Value(-5));
  EXPECT_EQ(value_of("<value><int> 7 </int></value>"), Value(7));
  EXPECT_EQ(value_of("<value><i8>5000000000</i8></value>"), Value(std::int64_t{5'000'000'000}));
  EXPECT_EQ(value_of("<value><boolean>1</boolean></value>"), Value(true));
  EXPECT_EQ(value_of("<value><double>-1.5</double></value>"), Value(-1.5));
  EXPECT_EQ(value_of("<value><dateTime.iso8601>20240131T09:05:00</dateTime.iso8601></value>"), Value(LocalDateTime{"20240131T09:05:00"}));
  EXPECT_EQ(value_of("<value><base64>aGVs\nbG8=</base64></value>"), Value("hello"));
  EXPECT_EQ(value_of("<value><array><data/></array></value>"), Value(Array{}));
  EXPECT_EQ(value_of("<value><struct/></value>"), Value(Struct{}));
}

TEST(XmlRpc, TextIsKeptAsItIs) {
  EXPECT_EQ(value_of("<value>bare text</value>"), Value("bare text"));
  EXPECT_EQ(value_of("<value></value>"), Value(""));
  EXPECT_EQ(value_of("<value/>"), Value(""));
  EXPECT_EQ(value_of("<value><string> </string></value>"), Value(" "));  // epochs of " " occur (uyuni-xmlrpc 17.8)
  EXPECT_EQ(value_of("<value><string>  two\n lines </string></value>"), Value("  two\n lines "));
  EXPECT_EQ(value_of("<value><string>a > b &lt; c &amp; d</string></value>"), Value("a > b < c & d"));
  EXPECT_EQ(value_of("<value><string>a<!-- x -->b<![CDATA[<c>]]></string></value>"), Value("ab<c>"));
  EXPECT_EQ(value_of("<value>\n  <i4>1</i4>\n</value>"), Value(1));
}

TEST(XmlRpc, RefusesWhatTheDialectDoesNotHave) {
  EXPECT_NE(refusal_of(answer_with("<value><nil/></value>")).find("nil"), std::string::npos);
  EXPECT_NE(refusal_of(answer_with("<value><i4>99999999999</i4></value>")).find("32-bit"), std::string::npos);
  refusal_of(answer_with("<value><i4></i4></value>"));
  refusal_of(answer_with("<value><i4>1x</i4></value>"));
  refusal_of(answer_with("<value><boolean>true</boolean></value>"));
  refusal_of(answer_with("<value><double>nan</double></value>"));
  refusal_of(answer_with("<value><base64>a</base64></value>"));
  refusal_of(answer_with("<value><string>a<b/></string></value>"));
  refusal_of(answer_with("<value><i4>1</i4><i4>2</i4></value>"));
  refusal_of(answer_with("<value>text <i4>1</i4></value>"));
  refusal_of(answer_with("<value><struct><member><name>a</name></member></struct></value>"));
  refusal_of(answer_with("<i4>1</i4>"));
}

TEST(XmlRpc, RefusesDocumentsThatAreNotAnswers) {
  EXPECT_NE(refusal_of("").find("empty"), std::string::npos);  // what UYUNI sends for a request it cannot parse (1.1)
  EXPECT_NE(refusal_of("<html><body>502</body></html>").find("no methodResponse"), std::string::npos);
  EXPECT_NE(refusal_of("<!DOCTYPE x [<!ENTITY a \"b\">]>" + answer_with("<value>&a;</value>")).find("DOCTYPE"), std::string::npos);
  EXPECT_NE(refusal_of(answer_with("<value>\xff</value>")).find("UTF-8"), std::string::npos);
  refusal_of("<methodResponse/>");
  refusal_of("<methodResponse><params/></methodResponse>");
  refusal_of("<methodResponse><params><param><value><struct>" + write_answer(Fault{-1, "x"}));  // 1.3: broken serializer
  refusal_of(write_answer(Value(1)) + write_answer(Value(2)));
}

TEST(XmlRpc, RefusesReferencesThatNameNoCharacter) {
  for (const auto* reference :
       {"&#0;", "&#x0;", "&#xD800;", "&#57343;", "&#x110000;", "&#x333333333333333333333333327;", "&#4294967361;"}) {
    EXPECT_NE(refusal_of(answer_with(std::string("<value>a") + reference + "b</value>")).find("names no character"), std::string::npos)
        << reference;
  }
  EXPECT_EQ(value_of("<value>&#27;&#x20AC;&#x10FFFF;&#;&#x;&#65</value>"), Value("\x1b\u20AC\U0010FFFF&#;&#x;&#65"));
}

TEST(XmlRpc, DepthIsBounded) {
  const auto nested = [](int levels) {
    std::string open;
    std::string close;
    for (int i = 0; i < levels; ++i) {
      open += "<value><array><data>";
      close = "</data></array></value>" + close;
    }
    return answer_with(open + close);
  };
  EXPECT_TRUE(parse_answer(nested(64)));
  EXPECT_NE(refusal_of(nested(65)).find("deeper than 64"), std::string::npos);
  EXPECT_NE(refusal_of(nested(2'000)).find("deeper than 64"), std::string::npos);
}

TEST(XmlRpc, FaultsKeepCodeAndText) {
  const auto answer = parse_answer(write_answer(Fault{-208, "redstone.xmlrpc.XmlRpcFault: No such system - sid = 17"}));
  ASSERT_TRUE(answer);
  const auto& fault = std::get<Fault>(*answer);
  EXPECT_EQ(fault.code, -208);
  EXPECT_EQ(fault.text, "redstone.xmlrpc.XmlRpcFault: No such system - sid = 17");
  EXPECT_NE(write_answer(fault).find("<int>-208</int>"), std::string::npos);
}

TEST(XmlRpc, IntegersAreWrittenAsUyuniWritesThem) {
  EXPECT_NE(write_answer(Value(17)).find("<i4>17</i4>"), std::string::npos);
  EXPECT_NE(write_call({"m", {Value(std::numeric_limits<std::int64_t>::max())}}).find("<i8>9223372036854775807</i8>"), std::string::npos);
}

TEST(XmlRpc, CallsNeedAMethod) {
  EXPECT_FALSE(parse_call("<methodCall><params/></methodCall>"));
  const auto call = parse_call("<methodCall><methodName> api.getVersion </methodName></methodCall>");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->method, "api.getVersion");
  EXPECT_TRUE(call->params.empty());
}

}  // namespace
}  // namespace spm::xmlrpc
