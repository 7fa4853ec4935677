#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include <mutex>

#include "net/scripted_server.hpp"

namespace spm::net {
namespace {

using std::chrono::milliseconds;

HttpClient client(std::size_t max_bytes = 1'000'000, milliseconds timeout = milliseconds(5'000)) {
  HttpClientOptions options;
  options.total_timeout = timeout;
  options.max_answer_bytes = max_bytes;
  return HttpClient(options);
}

Error error_of(const HttpClient& c, const HttpRequest& request) {
  const auto answer = c.send(request, ErrorCode::SaltError);
  EXPECT_FALSE(answer);
  return answer ? Error{} : answer.error();
}

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

TEST(HttpClient, EndsSoonWhenItIsStopped) {
  std::stop_source stop;
  ScriptedServer server([&stop](ScriptedConnection& c) {
    (void)c.read_request();
    stop.request_stop();
    (void)c.read_request();  // says nothing until the client is gone
  });
  auto request = get(server.url("/silent"));
  request.stop = stop.get_token();
  const auto begin = std::chrono::steady_clock::now();
  (void)error_of(client(1'000'000, milliseconds(60'000)), request);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
}

TEST(HttpClient, SendsWhatWasAskedAndReadsTheAnswer) {
  std::string seen;
  ScriptedServer server([&seen](ScriptedConnection& c) {
    seen = c.read_request();
    c.answer(404, "application/json; charset=utf-8", "{\"a\":1}", "X-Auth-Token: t\r\n");
  });
  HttpRequest request;
  request.method = "POST";
  request.url = server.url("/login");
  request.headers = {{"Accept", "application/json"}};
  request.body = "{}";
  const auto answer = client().send(request, ErrorCode::SaltError);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->body, "{\"a\":1}");
  EXPECT_EQ(answer->content_type, "application/json; charset=utf-8");
  EXPECT_EQ(answer->header("x-auth-token"), "t");
  EXPECT_EQ(answer->header("absent"), std::nullopt);
  EXPECT_TRUE(seen.starts_with("POST /login HTTP/1.1\r\n"));
  EXPECT_NE(seen.find("Content-Length: 2\r\n"), std::string::npos);
  EXPECT_EQ(seen.find("Expect"), std::string::npos);
  EXPECT_TRUE(seen.ends_with("\r\n\r\n{}"));
}

TEST(HttpClient, APostWithoutBodySaysLengthZero) {
  std::string seen;
  ScriptedServer server([&seen](ScriptedConnection& c) {
    seen = c.read_request();
    c.answer(200, "text/plain", "");
  });
  HttpRequest request = get(server.url("/logout"));
  request.method = "POST";
  ASSERT_TRUE(client().send(request, ErrorCode::SaltError));
  EXPECT_NE(seen.find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(HttpClient, AnAnswerThatComesTwiceAnswersOneQuestion) {
  std::atomic<int> asked = 0;
  ScriptedServer server([&asked](ScriptedConnection& c) {
    while (!c.read_request().empty()) {
      const std::string body(40'000, static_cast<char>('a' + asked++));
      c.answer(200, "text/plain", body);
      c.answer(200, "text/plain", body);
    }
  });
  const HttpClient c = client();
  for (const char expected : {'a', 'b', 'c'}) {
    const auto answer = c.send(get(server.url()), ErrorCode::SaltError);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body.front(), expected);
  }
}

TEST(HttpClient, DoesNotFollowRedirects) {
  ScriptedServer server([](ScriptedConnection& c) {
    (void)c.read_request();
    c.answer(302, "text/plain", "", "Location: http://127.0.0.1:1/\r\n");
  });
  const auto answer = client().send(get(server.url()), ErrorCode::SaltError);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
}

TEST(HttpClient, NothingSentIsUnreachable) {
  const Error refused = error_of(client(), get("http://user:secret@127.0.0.1:1/x?token=secret"));
  EXPECT_EQ(refused.upstream, UpstreamFailure::Unreachable);
  EXPECT_EQ(refused.code, ErrorCode::SaltError);
  EXPECT_NE(refused.message.find("GET http://127.0.0.1:1/x:"), std::string::npos) << refused.message;
  EXPECT_EQ(refused.message.find("secret"), std::string::npos);
  EXPECT_EQ(error_of(client(), get("http://no-such-host.invalid/")).upstream, UpstreamFailure::Unreachable);
  EXPECT_EQ(error_of(client(), get("file:///etc/passwd")).upstream, UpstreamFailure::Unreachable);
}

TEST(HttpClient, AFailedHandshakeIsUnreachable) {
  ScriptedServer server([](ScriptedConnection& c) { c.write("this is not TLS\r\n"); });
  std::string url = server.url();
  url.replace(0, 4, "https");
  EXPECT_EQ(error_of(client(), get(url)).upstream, UpstreamFailure::Unreachable);
}

TEST(HttpClient, AnAnswerThatIsLostLeavesTheOutcomeUnknown) {
  ScriptedServer closes([](ScriptedConnection& c) { (void)c.read_request(); });
  EXPECT_EQ(error_of(client(), get(closes.url())).upstream, UpstreamFailure::OutcomeUnknown);
  ScriptedServer silent([](ScriptedConnection& c) {
    (void)c.read_request();
    (void)c.read_request();  // until the client gives up
  });
  EXPECT_EQ(error_of(client(1'000, milliseconds(100)), get(silent.url())).upstream, UpstreamFailure::OutcomeUnknown);
  ScriptedServer cut([](ScriptedConnection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  });
  EXPECT_EQ(error_of(client(), get(cut.url())).upstream, UpstreamFailure::OutcomeUnknown);
}

TEST(HttpClient, AnAnswerThatIsTooLargeIsNotReadOn) {
  ScriptedServer announced([](ScriptedConnection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n");
    (void)c.read_request();
  });
  const Error error = error_of(client(1'000), get(announced.url()));
  EXPECT_EQ(error.upstream, UpstreamFailure::BadAnswer);
  EXPECT_NE(error.message.find("larger than 1000 bytes"), std::string::npos) << error.message;
  ScriptedServer endless([](ScriptedConnection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (c.write("3e8\r\n" + std::string(1'000, 'x') + "\r\n")) {
    }
  });
  EXPECT_EQ(error_of(client(100'000), get(endless.url())).upstream, UpstreamFailure::BadAnswer);
}

TEST(HttpClient, AnAnswerThatDripsForEverEndsAtTheDeadline) {
  ScriptedServer server([](ScriptedConnection& c) {
    (void)c.read_request();
    c.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (c.write("1\r\nx\r\n")) std::this_thread::sleep_for(milliseconds(10));
  });
  EXPECT_EQ(error_of(client(100'000, milliseconds(150)), get(server.url())).upstream, UpstreamFailure::OutcomeUnknown);
}

TEST(HttpClient, WhatIsNotHttpIsABadAnswer) {
  ScriptedServer server([](ScriptedConnection& c) {
    (void)c.read_request();
    c.write("hello\r\n\r\n");
  });
  EXPECT_EQ(error_of(client(), get(server.url())).upstream, UpstreamFailure::BadAnswer);
}

TEST(HttpClient, HeadersCannotBeSmuggledIn) {
  HttpRequest request = get("http://127.0.0.1:1/");
  request.headers = {{"X-Auth-Token", "a\r\nX-Other: b"}};
  EXPECT_THROW((void)client().send(request, ErrorCode::SaltError), std::invalid_argument);
}

TEST(HttpClient, ManyThreadsShareOneClient) {
  ScriptedServer server([](ScriptedConnection& c) {
    while (!c.read_request().empty()) c.answer(200, "text/plain", "ok");
  });
  const HttpClient c = client();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) EXPECT_TRUE(c.send(get(server.url()), ErrorCode::SaltError));
    });
  }
}

}  // namespace
}  // namespace spm::net
