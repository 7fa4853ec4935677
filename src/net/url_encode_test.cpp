#include "net/url_encode.hpp"

#include <gtest/gtest.h>

namespace spm::net {
namespace {

TEST(UrlEncode, KeepsOnlyUnreservedCharacters) { EXPECT_EQ(url_encode("up{a=\"b\"} + 1~"), "up%7Ba%3D%22b%22%7D%20%2B%201~"); }

}  // namespace
}  // namespace spm::net
