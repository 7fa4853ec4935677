#pragma once
// Where the checkout and the programs are that these tests belong to. Known to one file alone, so that the objects of all others are the
// same in every checkout and a compiler cache serves them.

#include <string>

namespace spm::test {

[[nodiscard]] std::string in_source(const std::string& path);  // "db/schema.sql" of the checkout
[[nodiscard]] std::string spmctl();                            // the program

}  // namespace spm::test
