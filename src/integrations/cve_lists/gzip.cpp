#include "integrations/cve_lists/gzip.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <new>

namespace spm::cve_lists {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;
constexpr std::size_t kAtOnce = 256 * 1024;

class Unpacking {
 public:
  Unpacking() {
    if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Unpacking() { inflateEnd(&stream_); }
  Unpacking(const Unpacking&) = delete;
  Unpacking& operator=(const Unpacking&) = delete;
  z_stream& operator*() { return stream_; }

 private:
  z_stream stream_{};
};

tl::unexpected<Error> unreadable(std::string message) { return fail(ErrorCode::ValidationError, std::move(message)); }

}  // namespace

bool is_gzip(std::string_view content) { return content.starts_with("\x1f\x8b"); }

Result<std::string> unpack(std::string_view content, std::size_t max_bytes) {
  if (content.size() > std::numeric_limits<uInt>::max()) return unreadable("the compressed list is too large");
  Unpacking unpacking;
  z_stream& stream = *unpacking;
  std::string packed(content);  // zlib's interface wants it writable
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string text;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    const auto filled = text.size();
    text.resize(filled + kAtOnce);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + filled);
    stream.avail_out = static_cast<uInt>(kAtOnce);
    state = inflate(&stream, Z_NO_FLUSH);
    text.resize(filled + kAtOnce - stream.avail_out);
    if (text.size() > max_bytes) return unreadable(fmt::format("the list is larger than {} MiB once it is unpacked", max_bytes >> 20));
    if (state == Z_BUF_ERROR || (state == Z_OK && stream.avail_in == 0 && stream.avail_out > 0))
      return unreadable("the compressed list ends too early");
    if (state != Z_OK && state != Z_STREAM_END) return unreadable("the compressed list is damaged");
  }
  if (stream.avail_in > 0) return unreadable("something follows behind the end of the compressed list");
  return text;
}

}  // namespace spm::cve_lists
