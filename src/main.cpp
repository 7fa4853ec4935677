#include "cli/commands.hpp"

int main(int argc, char** argv) { return spm::cli::run(argc, argv); }
