#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <filesystem>
#include <fstream>

#include "http/server_test_support.hpp"

namespace spm::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

// A certificate for one test run, in a directory that goes away with it.
class Certificate {
 public:
  Certificate() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spm-tls-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    renew();
  }
  // Another certificate and key in the same files. Its serial number tells it from the others.
  void renew() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    write(files().certificate_file, [&](BIO* out) { PEM_write_bio_X509(out, certificate); });
    write(files().key_file, [&](BIO* out) { PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
  ~Certificate() { std::filesystem::remove_all(directory_); }
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;

  [[nodiscard]] TlsFiles files() const { return {directory_ / "certificate.pem", directory_ / "key.pem"}; }

 private:
  template <class Write>
  static void write(const std::string& path, Write write) {
    BIO* out = BIO_new_file(path.c_str(), "w");
    write(out);
    BIO_free(out);
  }
  std::filesystem::path directory_;
  long serial_ = 0;
};

// The serial number of the certificate that a new connection is shown; 0 when it fails. Speaks only `cipher` when one is given.
long serial_shown(std::uint16_t port, const char* cipher = nullptr) {
  const RawClient client(port);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (cipher != nullptr) {
    SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
    EXPECT_EQ(SSL_CTX_set_cipher_list(context, cipher), 1);
  }
  SSL* session = SSL_new(context);
  SSL_set_fd(session, client.socket());
  long serial = 0;
  if (SSL_connect(session) == 1) {
    X509* shown = SSL_get1_peer_certificate(session);
    serial = ASN1_INTEGER_get(X509_get_serialNumber(shown));
    X509_free(shown);
  }
  SSL_free(session);
  SSL_CTX_free(context);
  return serial;
}

TEST(Server, SpeaksTls) {
  const Certificate certificate;
  auto options = options_on_loopback();
  options.tls = certificate.files();
  const auto server = started(options, echo);
  const RawClient client(server->port());
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL* session = SSL_new(context);
  SSL_set_fd(session, client.socket());
  ASSERT_EQ(SSL_connect(session), 1);
  constexpr std::string_view kRequest = "GET /tls HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(SSL_write(session, kRequest.data(), static_cast<int>(kRequest.size())), static_cast<int>(kRequest.size()));
  std::string answer;
  std::array<char, 1024> chunk{};
  int size = 0;
  while ((size = SSL_read(session, chunk.data(), static_cast<int>(chunk.size()))) > 0)
    answer.append(chunk.data(), static_cast<std::size_t>(size));
  EXPECT_EQ(SSL_get_error(session, size), SSL_ERROR_ZERO_RETURN) << "the end was not announced";
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Strict-Transport-Security: max-age=31536000\r\n"),
                            EndsWith("GET /tls []")));
  SSL_free(session);
  SSL_CTX_free(context);
}

TEST(Server, RefusesOldTlsAndUnreadableCertificates) {
  const Certificate certificate;
  auto options = options_on_loopback();
  options.tls = certificate.files();
  const auto server = started(options, echo);
  const RawClient client(server->port());
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_1_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  SSL* session = SSL_new(context);
  SSL_set_fd(session, client.socket());
  EXPECT_NE(SSL_connect(session), 1);
  SSL_free(session);
  SSL_CTX_free(context);
  options.tls->certificate_file += ".absent";
  const auto broken = Server::create(options, echo, plain_error);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("certificate.pem.absent"));
}

TEST(Server, ShowsARenewedCertificateWithoutARestart) {
  Certificate certificate;
  auto options = options_on_loopback();
  options.tls = certificate.files();
  const auto server = started(options, echo);
  EXPECT_EQ(serial_shown(server->port()), 1);
  certificate.renew();
  EXPECT_EQ(serial_shown(server->port()), 2);
  std::ofstream(certificate.files().key_file) << "half written";
  EXPECT_EQ(serial_shown(server->port()), 2) << "what cannot be used does not replace what can";
  certificate.renew();
  EXPECT_EQ(serial_shown(server->port()), 3);
}

TEST(Server, SpeaksOnlyCiphersWithForwardSecrecy) {
  const Certificate certificate;
  auto options = options_on_loopback();
  options.tls = certificate.files();
  const auto server = started(options, echo);
  EXPECT_EQ(serial_shown(server->port(), "ECDHE-ECDSA-AES256-GCM-SHA384"), 1);
  EXPECT_EQ(serial_shown(server->port(), "ECDHE-ECDSA-AES128-SHA256"), 0);
}

TEST(Server, RefusesAKeyOfAnotherCertificate) {
  Certificate certificate;
  const Certificate other;
  auto options = options_on_loopback();
  options.tls = TlsFiles{certificate.files().certificate_file, other.files().key_file};
  const auto broken = Server::create(options, echo, plain_error);
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().message, HasSubstr("key.pem"));
}

}  // namespace
}  // namespace spm::http
