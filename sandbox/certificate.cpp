#include "sandbox/certificate.hpp"

#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace spm::sandbox {
namespace {

constexpr long kValidSeconds = 3650L * 24 * 3600;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(std::FILE* file) const { std::fclose(file); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION> extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_random_serial(X509* certificate) {
  const Owned<BIGNUM> number(BN_new());
  return number != nullptr && BN_rand(number.get(), 120, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

Owned<X509> self_sign(EVP_PKEY* key) {
  Owned<X509> certificate(X509_new());
  if (!certificate) return nullptr;
  auto* raw = certificate.get();
  auto* name = X509_get_subject_name(raw);
  const auto* localhost = reinterpret_cast<const unsigned char*>("localhost");
  const bool made =
      X509_set_version(raw, 2) == 1 && set_random_serial(raw) && X509_gmtime_adj(X509_getm_notBefore(raw), -3600) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(raw), kValidSeconds) != nullptr &&
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, localhost, -1, -1, 0) == 1 && X509_set_issuer_name(raw, name) == 1 &&
      X509_set_pubkey(raw, key) == 1 && add_extension(raw, NID_basic_constraints, "critical,CA:TRUE") &&
      add_extension(raw, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1") && X509_sign(raw, key, EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

Owned<std::FILE> create_file(const std::string& path, mode_t mode) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  return Owned<std::FILE>(descriptor < 0 ? nullptr : ::fdopen(descriptor, "w"));
}

}  // namespace

Result<CertificateFiles> make_certificate(const std::string& directory) {
  const CertificateFiles files{directory + "/uyuni-ca.pem", directory + "/uyuni-key.pem"};
  const Owned<EVP_PKEY> key(EVP_EC_gen("P-256"));
  const Owned<X509> certificate = key ? self_sign(key.get()) : nullptr;
  if (!certificate) return fail(ErrorCode::InternalError, "OpenSSL could not make the sandbox's certificate");
  const auto certificate_file = create_file(files.certificate, 0644);
  const auto key_file = create_file(files.key, 0600);
  const bool written = certificate_file && key_file && PEM_write_X509(certificate_file.get(), certificate.get()) == 1 &&
                       PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1;
  if (!written) return fail(ErrorCode::InternalError, "the sandbox's certificate cannot be written to " + directory);
  return files;
}

}  // namespace spm::sandbox
