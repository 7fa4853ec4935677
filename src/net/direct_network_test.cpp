#include "net/direct_network.hpp"

#include <gtest/gtest.h>

#include "net/scripted_server.hpp"

namespace spm::net {
namespace {

using namespace std::chrono_literals;

const AddressPolicy kOnLoopback{*parse_networks("127.0.0.0/8"), {}};

TEST(DirectNetwork, ConnectsToAnOpenPortAndNotToAClosedOne) {
  DirectNetwork network(kOnLoopback);
  int port = 0;
  {
    const ScriptedServer server([](ScriptedConnection&) {});
    const auto url = server.url();
    port = std::stoi(url.substr(url.rfind(':') + 1));
    EXPECT_TRUE(network.connect("127.0.0.1", port, 5s));
  }
  const auto closed = network.connect("127.0.0.1", port, 5s);
  ASSERT_FALSE(closed);
  EXPECT_NE(closed.error().message.find("127.0.0.1:"), std::string::npos) << closed.error().message;
}

TEST(DirectNetwork, ReachesNothingThatThePolicyRefuses) {
  const ScriptedServer server([](ScriptedConnection&) {});
  const auto url = server.url();
  const auto port = std::stoi(url.substr(url.rfind(':') + 1));
  DirectNetwork network{AddressPolicy({}, {})};
  // Whatever the spelling: what counts is where the connection would go.
  for (const auto* host : {"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "::ffff:127.0.0.1"}) {
    const auto connected = network.connect(host, port, 2s);
    ASSERT_FALSE(connected) << host;
    const bool is_address = std::string_view(host).find(':') == std::string_view::npos;
    const auto answer =
        network.get({"http://" + (is_address ? host : "[" + std::string(host) + "]") + ":" + std::to_string(port) + "/", true, 2s});
    ASSERT_FALSE(answer) << host;
    EXPECT_NE(answer.error().message.find("not asked: "), std::string::npos) << answer.error().message;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(DirectNetwork, DoesNotFollowToAnotherAddressOrScheme) {
  const ScriptedServer server([](ScriptedConnection& connection) {
    connection.read_request();
    connection.answer(302, "text/plain", "", "Location: file:///etc/passwd\r\n");
  });
  DirectNetwork network(kOnLoopback);
  const auto answer = network.get({server.url() + "/", true, 5s});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->status, 302);
  for (const auto* url : {"file:///etc/passwd", "gopher://127.0.0.1:1/", "ftp://127.0.0.1/", "dict://127.0.0.1:1/"})
    EXPECT_FALSE(network.get({url, true, 2s})) << url;
}

}  // namespace
}  // namespace spm::net
