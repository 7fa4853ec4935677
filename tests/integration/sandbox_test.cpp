// The sandbox over real sockets: TLS with its own certificate, listeners that really go away, misbehaving answers, exporters of the
// systems.
#include "sandbox/sandbox.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "net/http_client.hpp"
#include "net/xmlrpc.hpp"

namespace spm::sandbox {
namespace {

using testing::HasSubstr;

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    Options options;
    auto scenario = embedded_scenario("small", std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    ASSERT_TRUE(scenario) << scenario.error().message;
    options.scenario = std::move(*scenario);
    options.speed = 100;
    auto started = Sandbox::start(std::move(options));
    ASSERT_TRUE(started) << started.error().message;
    sandbox = std::move(*started);
  }
  net::HttpClient client(std::string ca_file = "", std::size_t max_answer = 1024 * 1024) {
    net::HttpClientOptions options;
    options.ca_file = std::move(ca_file);
    options.max_answer_bytes = max_answer;
    options.total_timeout = std::chrono::seconds(5);
    return net::HttpClient(options);
  }
  Result<net::HttpAnswer> version(const net::HttpClient& http) {
    net::HttpRequest request;
    request.method = "POST";
    request.url = sandbox->uyuni_url() + "/rpc/api";
    request.headers = {{"Content-Type", "text/xml"}};
    request.body = xmlrpc::write_call({"api.getVersion", {}});
    return http.send(request, ErrorCode::UyuniError);
  }
  Result<net::HttpAnswer> control(const std::string& method, const std::string& path, const std::string& body = "{}") {
    net::HttpRequest request;
    request.method = method;
    request.url = sandbox->control_url() + path;
    if (method == "POST") request.body = body;
    return client().send(request, ErrorCode::InternalError);
  }
  Result<net::HttpAnswer> get(const std::string& url) {
    net::HttpRequest request;
    request.url = url;
    return client().send(request, ErrorCode::InternalError);
  }

  std::unique_ptr<Sandbox> sandbox;
};

TEST_F(SandboxTest, UyuniSpeaksTlsWithItsOwnCertificate) {
  const auto trusted = version(client(sandbox->ca_file()));
  ASSERT_TRUE(trusted) << trusted.error().message;
  EXPECT_THAT(trusted->body, HasSubstr("<string>27</string>"));
  const auto distrusted = version(client());
  ASSERT_FALSE(distrusted);
  EXPECT_EQ(distrusted.error().upstream, UpstreamFailure::Unreachable);
}

TEST_F(SandboxTest, ListenerThatIsDownRefusesAndComesBackOnItsPort) {
  const auto url = sandbox->uyuni_url();
  ASSERT_EQ(control("POST", "/control/listener", R"({"target": "uyuni", "up": false})")->status, 200);
  const auto refused = version(client(sandbox->ca_file()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Unreachable);
  ASSERT_EQ(control("POST", "/control/listener", R"({"target": "uyuni", "up": true})")->status, 200);
  EXPECT_EQ(sandbox->uyuni_url(), url);
  EXPECT_TRUE(version(client(sandbox->ca_file())));
}

TEST_F(SandboxTest, MisbehavesOnDemandAndStops) {
  ASSERT_EQ(control("POST", "/control/faults", R"({"target": "uyuni", "error_rate": 1})")->status, 200);
  EXPECT_EQ(version(client(sandbox->ca_file()))->status, 502);
  ASSERT_EQ(control("POST", "/control/faults", R"({"target": "uyuni", "drop_rate": 1})")->status, 200);
  EXPECT_EQ(version(client(sandbox->ca_file())).error().upstream, UpstreamFailure::OutcomeUnknown);
  ASSERT_EQ(control("POST", "/control/faults", R"({"target": "uyuni", "huge": true})")->status, 200);
  EXPECT_EQ(version(client(sandbox->ca_file())).error().upstream, UpstreamFailure::BadAnswer);
  ASSERT_EQ(control("DELETE", "/control/faults")->status, 200);
  EXPECT_EQ(version(client(sandbox->ca_file()))->status, 200);
}

TEST_F(SandboxTest, ControlNamesTheFieldThatIsWrong) {
  const auto refused = control("POST", "/control/faults", R"({"target": "uyuni", "error_rate": 2})");
  EXPECT_EQ(refused->status, 400);
  EXPECT_THAT(refused->body, HasSubstr("body.error_rate: must be 0..1"));
  EXPECT_EQ(control("POST", "/control/systems/nope", R"({"online": false})")->status, 404);
}

TEST_F(SandboxTest, EveryTestSystemHasItsExporterAndDropsItWhenOffline) {
  const auto systems = json::parse(control("GET", "/control/systems")->body).at("systems").as_array();
  const auto& first = systems.at(0).as_object();
  const auto url = "http://" + std::string(first.at("ip").as_string()) + ":" + std::to_string(sandbox->exporter_port()) + "/metrics";
  const auto page = get(url);
  ASSERT_TRUE(page) << page.error().message;
  EXPECT_THAT(page->body, HasSubstr("node_cpu_seconds_total{cpu=\"1\",mode=\"idle\"} "));
  EXPECT_THAT(page->body, HasSubstr("node_scrape_collector_success{collector=\"systemd\"} 1\n"));
  EXPECT_THAT(page->body, HasSubstr("node_systemd_unit_state{name=\"nginx.service\",state=\"active\",type=\"simple\"} 1\n"));
  ASSERT_EQ(control("POST", "/control/systems/" + std::string(first.at("name").as_string()), R"({"online": false})")->status, 200);
  EXPECT_FALSE(get(url));
}

TEST_F(SandboxTest, SaltAndSpmSyncAnswer) {
  EXPECT_THAT(get(sandbox->salt_url() + "/")->body, HasSubstr("Welcome"));
  EXPECT_THAT(get(sandbox->spm_sync_url() + "/api/health")->body, HasSubstr("\"database\":\"ok\""));
}

TEST(SandboxStart, RefusesASpeedOfZeroAndAnUnknownTimeZone) {
  Options options;
  options.speed = 0;
  EXPECT_FALSE(Sandbox::start(options));
  options.speed = 1;
  options.scenario.uyuni.time_zone = "Europe/Nowhere";
  EXPECT_FALSE(Sandbox::start(options));
}

}  // namespace
}  // namespace spm::sandbox
