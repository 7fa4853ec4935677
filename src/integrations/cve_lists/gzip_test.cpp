#include "integrations/cve_lists/gzip.hpp"

#include <gmock/gmock.h>
#include <zlib.h>

namespace spm::cve_lists {
namespace {

using testing::HasSubstr;

std::string packed(std::string text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string refusal(const std::string& content, std::size_t max_bytes = 1 << 20) {
  const auto text = unpack(content, max_bytes);
  return text ? "" : text.error().message;
}

TEST(Gzip, IsKnownByItsFirstBytes) {
  EXPECT_TRUE(is_gzip(packed("")));
  EXPECT_FALSE(is_gzip("cve,epss"));
  EXPECT_FALSE(is_gzip(""));
}

TEST(Gzip, UnpacksWhatWasPacked) {
  for (const std::size_t size : {0U, 1U, 262'143U, 262'144U, 262'145U, 1'000'000U}) {
    const std::string text(size, 'x');
    EXPECT_EQ(unpack(packed(text), 1'000'000).value_or("refused"), text) << size;
  }
}

TEST(Gzip, WhatIsNotWholeIsRefused) {
  const auto whole = packed("cve,epss\nCVE-2024-1234,0.5\n");
  for (std::size_t size = 2; size < whole.size(); ++size) EXPECT_THAT(refusal(whole.substr(0, size)), HasSubstr("ends too early")) << size;
  auto damaged = whole;
  damaged[whole.size() - 6] ^= 1;  // of the checksum
  EXPECT_THAT(refusal(damaged), HasSubstr("damaged"));
  EXPECT_THAT(refusal(whole + "more"), HasSubstr("something follows"));
  EXPECT_THAT(refusal("\x1f\x8bnonsense"), HasSubstr("damaged"));
}

TEST(Gzip, WhatUnpacksToMoreThanTheBoundIsRefused) {
  EXPECT_THAT(refusal(packed(std::string(50'000'000, '\0'))), HasSubstr("larger than 1 MiB once it is unpacked"));
}

}  // namespace
}  // namespace spm::cve_lists
