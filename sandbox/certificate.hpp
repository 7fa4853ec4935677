#pragma once
// A self-signed certificate for localhost and 127.0.0.1, made at start and written as PEM. Its own trust anchor. Blocking file I/O.

#include <string>

#include "base/error.hpp"

namespace spm::sandbox {

struct CertificateFiles {
  std::string certificate;  // also what a client trusts
  std::string key;          // readable by the owner alone
};

[[nodiscard]] Result<CertificateFiles> make_certificate(const std::string& directory);

}  // namespace spm::sandbox
