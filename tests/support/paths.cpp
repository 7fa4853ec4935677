#include "tests/support/paths.hpp"

namespace spm::test {

std::string in_source(const std::string& path) { return std::string(SPM_SOURCE_DIR) + "/" + path; }

std::string spmctl() { return SPM_SPMCTL; }

}  // namespace spm::test
