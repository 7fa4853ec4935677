#include "http/edge/certificate.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include "log/log.hpp"

namespace spm::http {
namespace {

namespace ssl = boost::asio::ssl;

// For TLS 1.2: forward secrecy and authenticated encryption alone. OpenSSL's own list for 1.3 holds nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::string signature_of(const TlsFiles& files) {
  std::string signature;
  for (const auto& file : {files.certificate_file, files.key_file}) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) status = {};
    signature += fmt::format("{} {}.{} {};", status.st_ino, status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size);
  }
  return signature;
}

Result<std::shared_ptr<ssl::context>> read_context(const TlsFiles& files) {
  boost::system::error_code error;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  if (SSL_CTX_set_cipher_list(native, kCiphers) != 1) return fail(ErrorCode::InternalError, "OpenSSL knows none of the ciphers");
  context->use_certificate_chain_file(files.certificate_file, error);
  if (error) {
    return fail(ErrorCode::ValidationError, fmt::format("cannot read the TLS certificate {}: {}", files.certificate_file, error.message()));
  }
  context->use_private_key_file(files.key_file, ssl::context::pem, error);
  if (!error && SSL_CTX_check_private_key(native) == 1) return context;
  return fail(ErrorCode::ValidationError, fmt::format("cannot use the TLS key {} with the certificate {}: {}", files.key_file,
                                                      files.certificate_file, error ? error.message() : "it belongs to another one"));
}

}  // namespace

Result<Certificate> Certificate::load(TlsFiles files) {
  auto seen = signature_of(files);
  auto context = read_context(files);
  if (!context) return tl::unexpected<Error>(context.error());
  return Certificate(std::move(files), std::move(seen), std::move(*context));
}

ssl::context& Certificate::current() {
  auto now = signature_of(files_);
  if (now == seen_) return *context_;
  seen_ = std::move(now);
  if (auto context = read_context(files_)) {
    context_ = std::move(*context);
    log::info("http", "read the renewed TLS certificate", {{"file", files_.certificate_file}});
  } else {
    log::warning("http", "the TLS files have changed and cannot be used; the certificate before stays",
                 {{"cause", context.error().message}});
  }
  return *context_;
}

}  // namespace spm::http
