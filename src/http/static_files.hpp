#pragma once
// The dashboard's files as the program carries them: found by path, already compressed, with headers that let a browser keep what cannot
// change and run nothing that is not among them. Immutable; safe from any thread; never blocks.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace spm::http {

// One file; all texts must outlive the StaticFiles.
struct Asset {
  std::string_view path;    // "/assets/index-3f9a.js"
  std::string_view type;    // "text/javascript; charset=utf-8"
  std::string_view digest;  // of the content; becomes the ETag
  std::string_view plain;
  std::string_view gzip;    // empty: compressing gains nothing
  std::string_view brotli;  // 〃
};

class StaticFiles {
 public:
  // "/index.html" must be among them (std::logic_error), two must not share a path.
  explicit StaticFiles(const std::vector<Asset>& assets);

  // GET and HEAD; anything else is 405. A path that names no file is a page of the dashboard, which its own code knows: index.html. Only
  // under /assets/, where every name carries the digest of its content, a missing file is 404: a page of an older version asks for it.
  [[nodiscard]] Response answer(const Request& request) const;

 private:
  std::map<std::string_view, Asset> assets_;
};

}  // namespace spm::http
