#include "net/direct_network.hpp"

#include <gtest/gtest.h>

#include "net/scripted_server.hpp"

namespace spm::net {
namespace {

using namespace std::chrono_literals;

TEST(DirectNetwork, ConnectsToAnOpenPortAndNotToAClosedOne) {
  DirectNetwork network;
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

}  // namespace
}  // namespace spm::net
