#include "http/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

namespace spm::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A raw client: what it sends and reads is exactly what the test says. A read gives up after ten seconds.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    const timeval patience{10, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view text) const { EXPECT_EQ(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL), std::ssize(text)); }

  // One answer with Content-Length (or without a body when it answers HEAD), from the stream.
  std::string read_answer(bool is_head = false) {
    while (received_.find("\r\n\r\n") == std::string::npos && read_some()) {
    }
    const auto head_end = received_.find("\r\n\r\n") + 4;
    const auto length_at = received_.find("Content-Length: ");
    const std::size_t length = is_head || length_at == std::string::npos ? 0 : std::strtoul(received_.c_str() + length_at + 16, nullptr, 10);
    while (received_.size() < head_end + length && read_some()) {
    }
    auto answer = received_.substr(0, head_end + length);
    received_.erase(0, head_end + length);
    return answer;
  }

  std::string read_to_end() {
    while (read_some()) {
    }
    return std::exchange(received_, {});
  }

  // True when at least `size` bytes came.
  bool read_at_least(std::size_t size) {
    while (received_.size() < size && read_some()) {
    }
    return received_.size() >= size;
  }

  [[nodiscard]] int socket() const { return socket_; }

 private:
  bool read_some() {
    std::array<char, 4096> chunk{};
    const auto size = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (size <= 0) return false;
    received_.append(chunk.data(), static_cast<std::size_t>(size));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string received_;
};

Response plain_error(ErrorCode code, int status, std::string message, const std::string&) {
  return text_response(status, std::string(to_string(code)) + ": " + message);
}

ServerOptions options_on_loopback() {
  ServerOptions options;
  options.listen = {{"127.0.0.1", 0}};
  options.workers = 2;
  return options;
}

std::unique_ptr<Server> started(ServerOptions options, Handler handler) {
  auto server = Server::create(std::move(options), std::move(handler), plain_error);
  EXPECT_TRUE(server) << (server ? "" : server.error().message);
  (*server)->start();
  return std::move(*server);
}

Reply echo(Request& request) {
  return {text_response(200, std::string(to_string(request.method)) + " " + request.path + " [" + request.body + "]"), 0ms, Delivery::Whole};
}

Handler answering(std::string body, Delivery delivery, std::chrono::milliseconds delay = 0ms) {
  return [=](Request&) { return Reply{text_response(200, body), delay, delivery}; };
}

constexpr std::string_view kGet = "GET /a?b=1 HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(Server, AnswersSeveralRequestsOnOneConnection) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("GET /a []")));
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_THAT(client.read_answer(), EndsWith("POST /b [abc]"));
  client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith("POST /c [abc]"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith("GET /1 []"));
  EXPECT_THAT(client.read_answer(), EndsWith("GET /2 []"));
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET / []")));
}

TEST(Server, HeadHasTheLengthButNoBody) {
  const auto server = started(options_on_loopback(), answering("12345", Delivery::Whole));
  RawClient client(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\n")));
}

TEST(Server, UnderstandsAnAbsoluteTarget) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET http://orchestrator:5001/api?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith("GET /api []"));
}

TEST(Server, KeepsAFittingRequestIdAndReplacesAnother) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: run-17_a\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("X-Request-Id: run-17_a\r\n"));
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\r\n\r\n");
  EXPECT_THAT(client.read_answer(), AllOf(Not(HasSubstr("a b")), testing::ContainsRegex("X-Request-Id: [0-9a-f]{16}\r\n")));
}

TEST(Server, RefusesALargeBodyBeforeItIsSent) {
  auto options = options_on_loopback();
  options.max_body_bytes = 100;
  const auto server = started(options, echo);
  RawClient announced(server->port());
  announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n");
  EXPECT_THAT(announced.read_answer(), AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("payload_too_large: the request body is larger than 100 bytes")));
  RawClient chunked(server->port());
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + std::string(0x80, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, RefusesALargeHeader) {
  auto options = options_on_loopback();
  options.max_header_bytes = 1024;
  const auto server = started(options, echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 431 "));
}

TEST(Server, RefusesWhatIsNotHttpAndBrokenQueries) {
  const auto server = started(options_on_loopback(), echo);
  RawClient garbage(server->port());
  garbage.send("\x16\x03\x01 this is no request\r\n\r\n");
  EXPECT_THAT(garbage.read_answer(), StartsWith("HTTP/1.1 400 "));
  RawClient smuggler(server->port());
  smuggler.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd");
  EXPECT_THAT(smuggler.read_answer(), StartsWith("HTTP/1.1 400 "));
  RawClient query(server->port());
  query.send("GET /?a=%ff HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(query.read_answer(), StartsWith("HTTP/1.1 400 "));
}

TEST(Server, CutsAClientThatDripsItsRequest) {
  auto options = options_on_loopback();
  options.header_timeout = 1s;
  const auto server = started(options, echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, CutsAnIdleConnection) {
  auto options = options_on_loopback();
  options.idle_timeout = 1s;
  const auto server = started(options, echo);
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), EndsWith("[]"));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, AsksForTheBodyWhenTheClientWaitsForThat) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_THAT(client.read_answer(), EndsWith("POST / [hi]"));
}

TEST(Server, RefusesConnectionsBeyondTheLimit) {
  auto options = options_on_loopback();
  options.max_connections = 1;
  const auto server = started(options, echo);
  RawClient first(server->port());
  first.send(kGet);
  EXPECT_THAT(first.read_answer(), EndsWith("[]"));
  RawClient second(server->port());
  EXPECT_EQ(second.read_to_end(), "");
  first.send(kGet);
  EXPECT_THAT(first.read_answer(), EndsWith("[]"));
}

TEST(Server, AFullQueueIsAnsweredAtOnce) {
  auto options = options_on_loopback();
  options.workers = 1;
  options.max_queue = 1;
  std::latch running(1);
  std::latch release(1);
  const auto server = started(options, [&](Request& request) {
    if (request.path == "/slow") {
      running.count_down();
      release.wait();
    }
    return echo(request);
  });
  RawClient slow(server->port());
  slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  running.wait();
  // Of two more requests one waits in the queue and the other is refused; the refused one is answered while the worker is busy.
  RawClient a(server->port());
  RawClient b(server->port());
  a.send(kGet);
  b.send(kGet);
  std::array<pollfd, 2> either{pollfd{a.socket(), POLLIN, 0}, pollfd{b.socket(), POLLIN, 0}};
  ASSERT_EQ(::poll(either.data(), either.size(), 10'000), 1);
  auto& refused = either[0].revents != 0 ? a : b;
  auto& waiting = either[0].revents != 0 ? b : a;
  EXPECT_THAT(refused.read_answer(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n")));
  release.count_down();
  EXPECT_THAT(waiting.read_answer(), EndsWith("GET /a []"));
  EXPECT_THAT(slow.read_answer(), EndsWith("GET /slow []"));
}

TEST(Server, AnExceptionOfTheHandlerIsA500WithoutDetail) {
  const auto server = started(options_on_loopback(), [](Request&) -> Reply { throw std::runtime_error("password=x"); });
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("internal_error"), Not(HasSubstr("password"))));
}

TEST(Server, DelaysWithoutHoldingAWorker) {
  auto options = options_on_loopback();
  options.workers = 1;
  const auto server = started(options, [](Request& request) {
    auto reply = echo(request);
    if (request.path == "/late") reply.delay = 10min;
    return reply;
  });
  RawClient late(server->port());
  late.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient other(server->port());
  other.send(kGet);
  EXPECT_THAT(other.read_answer(), EndsWith("[]"));
  server->stop(0ms);
  EXPECT_EQ(late.read_to_end(), "");
}

TEST(Server, ADelayedAnswerArrives) {
  const auto server = started(options_on_loopback(), answering("late", Delivery::Whole, 20ms));
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), EndsWith("late"));
}

TEST(Server, TruncatesOnPurpose) {
  const auto server = started(options_on_loopback(), answering("0123456789", Delivery::TruncateBody));
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("Content-Length: 10\r\n"), EndsWith("\r\n\r\n01234")));
}

TEST(Server, DropsOnPurpose) {
  const auto server = started(options_on_loopback(), answering("x", Delivery::DropConnection));
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, NeverEndsOnPurposeUntilItStops) {
  const auto server = started(options_on_loopback(), answering("begin", Delivery::NeverEnd));
  RawClient client(server->port());
  client.send(kGet);
  const auto head = client.read_answer();
  EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), Not(HasSubstr("Content-Length"))));
  EXPECT_TRUE(client.read_at_least(8));
  server->stop(0ms);
  EXPECT_THAT(client.read_to_end(), StartsWith("begin   "));
}

TEST(Server, StopLetsARunningRequestFinish) {
  std::latch running(1);
  const auto server = started(options_on_loopback(), [&](Request& request) {
    running.count_down();
    return echo(request);
  });
  RawClient idle(server->port());
  RawClient client(server->port());
  client.send(kGet);
  running.wait();
  server->stop(5s);
  server->stop(5s);
  EXPECT_THAT(client.read_to_end(), EndsWith("GET /a []"));
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST(Server, ListensOnSeveralAddresses) {
  auto options = options_on_loopback();
  options.listen.push_back({"127.0.0.1", 0});
  const auto server = started(options, echo);
  EXPECT_NE(server->port(0), server->port(1));
  for (const std::size_t index : {0U, 1U}) {
    RawClient client(server->port(index));
    client.send(kGet);
    EXPECT_THAT(client.read_answer(), EndsWith("[]"));
  }
}

TEST(Server, NamesAnAddressThatCannotBeUsed) {
  const auto server = started(options_on_loopback(), echo);
  auto options = options_on_loopback();
  options.listen[0].port = server->port();
  const auto second = Server::create(options, echo, plain_error);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1 port " + std::to_string(server->port())));
  options.listen[0].address = "localhost";
  EXPECT_FALSE(Server::create(options, echo, plain_error));
}

// A certificate for one test run, in a directory that goes away with it.
class Certificate {
 public:
  Certificate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spm-tls-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    write(files().certificate_file, [&](BIO* out) { PEM_write_bio_X509(out, certificate); });
    write(files().key_file, [&](BIO* out) { PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(directory_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  [[nodiscard]] TlsFiles files() const { return {directory_ / "certificate.pem", directory_ / "key.pem"}; }

 private:
  template <class Write>
  static void write(const std::string& path, Write write) {
    BIO* out = BIO_new_file(path.c_str(), "w");
    write(out);
    BIO_free(out);
  }
  std::filesystem::path directory_;
};

TEST(Server, SpeaksTls) {
  const Certificate certificate;
  auto options = options_on_loopback();
  options.tls = certificate.files();
  const auto server = started(options, echo);
  const RawClient client(server->port());
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* session = SSL_new(context);
  SSL_set_fd(session, client.socket());
  ASSERT_EQ(SSL_connect(session), 1);
  constexpr std::string_view kRequest = "GET /tls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(SSL_write(session, kRequest.data(), static_cast<int>(kRequest.size())), static_cast<int>(kRequest.size()));
  std::string answer;
  std::array<char, 1024> chunk{};
  int size = 0;
  while ((size = SSL_read(session, chunk.data(), static_cast<int>(chunk.size()))) > 0) answer.append(chunk.data(), static_cast<std::size_t>(size));
  EXPECT_EQ(SSL_get_error(session, size), SSL_ERROR_ZERO_RETURN) << "the end was not announced";
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("GET /tls []")));
  SSL_free(session);
  SSL_CTX_free(context);
}

TEST(Server, RefusesOldTlsAndUnreadableCertificates) {
  const Certificate certificate;
  auto options = options_on_loopback();
  options.tls = certificate.files();
  const auto server = started(options, echo);
  const RawClient client(server->port());
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  SSL* session = SSL_new(context);
  SSL_set_fd(session, client.socket());
  EXPECT_NE(SSL_connect(session), 1);
  SSL_free(session);
  SSL_CTX_free(context);
  options.tls->certificate_file += ".absent";
  const auto broken = Server::create(options, echo, plain_error);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("certificate.pem.absent"));
}

}  // namespace
}  // namespace spm::http
