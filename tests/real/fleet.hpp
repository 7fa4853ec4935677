#pragma once
// The real Salt fleet that fleet.py started, as the tests see it. The address comes from the environment, set by run.py.

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

#include "db/process.hpp"
#include "integrations/salt/commands.hpp"
#include "tests/support/paths.hpp"

namespace spm::real {

inline std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set: start these tests by scripts/test-real");
  return value;
}

// "stop test2", "restart master"
inline void fleet(const std::string& verb, const std::string& who) {
  const auto done =
      db::run_process({"python3", test::in_source("tests/real/fleet.py"), from_environment("SPM_REAL_FLEET"), verb, who}, db::RunAs::Self);
  ASSERT_EQ(done.exit_code, 0) << done.output;
}

inline salt::Options salt_options() {
  salt::Options options;
  options.url = from_environment("SPM_REAL_SALT_URL");
  options.user = "spm";
  options.password = from_environment("SPM_REAL_SALT_PASSWORD");
  options.eauth = "file";
  options.timeout = std::chrono::milliseconds(20'000);
  options.look_for_lost_after = std::chrono::seconds(4);
  options.give_up_silent_after = std::chrono::seconds(8);
  return options;
}

// Real programs need their time: asks again until the answer is yes.
inline bool eventually(const std::function<bool()>& is_so, std::chrono::seconds patience = std::chrono::seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (is_so()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  }
  return is_so();
}

}  // namespace spm::real
