#include "http/message.hpp"

#include <gmock/gmock.h>

#include "http/request_id.hpp"
#include "http/response_head.hpp"

namespace spm::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::UnorderedElementsAre;

TEST(Message, HeaderNamesIgnoreCase) {
  Request request;
  request.headers.emplace("Content-Type", "text/plain");
  EXPECT_EQ(request.header("content-TYPE"), "text/plain");
  EXPECT_EQ(request.header("Content"), std::nullopt);
}

TEST(Message, MethodsRoundTrip) {
  for (const auto method : {Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete, Method::Head, Method::Options}) {
    EXPECT_EQ(parse_method(to_string(method)), method);
  }
  EXPECT_EQ(parse_method("get"), Method::Other) << "methods are case-sensitive";
}

TEST(Message, DecodesPercentEscapes) {
  EXPECT_EQ(percent_decode("a%20b+c%2fd"), "a b+c/d");
  EXPECT_EQ(percent_decode("%C3%A9"), "é");
  EXPECT_EQ(percent_decode(std::string_view("a\0b", 3)), std::nullopt);
  for (const auto* broken : {"%", "%2", "%zz", "a%00b", "%ff", "%C3", "%ED%A0%80", "%C0%AF", "%F5%80%80%80"}) {
    EXPECT_EQ(percent_decode(broken), std::nullopt) << broken;
  }
}

TEST(Message, ParsesQueries) {
  EXPECT_THAT(*parse_query("a=1&b=x+y%2B&&c&a=2=3"),
              UnorderedElementsAre(Pair("a", "1"), Pair("b", "x y+"), Pair("c", ""), Pair("a", "2=3")));
  EXPECT_TRUE(parse_query("")->empty());
  EXPECT_EQ(parse_query("a=%1"), std::nullopt);
}

TEST(RequestId, KeepsOnlyWhatFits) {
  EXPECT_EQ(choose_request_id("abc-1_Z"), "abc-1_Z");
  EXPECT_EQ(choose_request_id(std::string(64, 'a')), std::string(64, 'a'));
  for (const auto& unfit : {std::string(), std::string("a b"), std::string("a\"b"), std::string(65, 'a')}) {
    EXPECT_EQ(choose_request_id(unfit).size(), 16U) << unfit;
  }
  EXPECT_NE(choose_request_id(std::nullopt), choose_request_id(std::nullopt));
}

TEST(ResponseHead, AValueCannotStartAHeader) {
  Response response;
  response.headers.emplace("Location", "/a\r\nSet-Cookie: x=1");
  EXPECT_THAT(serialise_head(response, {}), AllOf(HasSubstr("Location: /a  Set-Cookie: x=1\r\n"), Not(HasSubstr("\nSet-Cookie"))));
}

TEST(ResponseHead, FramingIsTheServersAlone) {
  Response response;
  response.headers.emplace("content-length", "99");
  response.headers.emplace("Transfer-Encoding", "chunked");
  EXPECT_EQ(serialise_head(response, {11, true, 3}), "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
  response.status = 204;
  EXPECT_EQ(serialise_head(response, {10, false, 3}), "HTTP/1.0 204 No Content\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace spm::http
