#pragma once
// The server's certificate and key, read anew when the files change, so that a renewal needs no restart. Private to this directory and
// server.cpp; one thread.

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "http/server.hpp"

namespace spm::http {

class Certificate {
 public:
  // An error names the file that cannot be used.
  [[nodiscard]] static Result<Certificate> load(TlsFiles files);

  // For a new connection: looks at the files (two calls of stat) and reads them when they are others. What cannot be used is logged, and
  // the certificate before stays: a renewal writes two files, one after the other. Connections that are open keep theirs.
  [[nodiscard]] boost::asio::ssl::context& current();

 private:
  Certificate(TlsFiles files, std::string seen, std::shared_ptr<boost::asio::ssl::context> context)
      : files_(std::move(files)), seen_(std::move(seen)), context_(std::move(context)) {}

  TlsFiles files_;
  std::string seen_;  // of the files: when they were written, how long they are, which they are
  std::shared_ptr<boost::asio::ssl::context> context_;
};

}  // namespace spm::http
