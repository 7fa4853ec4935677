#pragma once
// Unpacks what is packed with gzip. Pure; safe from any thread.

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace spm::cve_lists {

// By its first two bytes, whatever the name of the file or the server says.
[[nodiscard]] bool is_gzip(std::string_view content);

// An error when it is cut off, damaged, followed by something else, or longer than `max_bytes` once unpacked: a small file can unpack to
// any size.
[[nodiscard]] Result<std::string> unpack(std::string_view content, std::size_t max_bytes);

}  // namespace spm::cve_lists
