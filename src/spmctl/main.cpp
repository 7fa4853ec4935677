#include <cstdio>
#include <exception>

#include "spmctl/run.hpp"

int main(int argc, char** argv) {
  try {
    return spm::spmctl::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "spmctl: %s\n", error.what());
    return 6;
  }
}
