// The committed .env.example and docs/configuration.md are generated: they must say what the table says.

#include "config/documents.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "config/env_file.hpp"
#include "config/table.hpp"
#include "config/value.hpp"

namespace spm::config {
namespace {

void expect_committed(const std::string& name, const std::string& generated) {
  const auto path = std::string(SPM_SOURCE_DIR) + "/" + name;
  if (std::getenv("SPM_UPDATE_DOCUMENTS") != nullptr) std::ofstream(path) << generated;
  std::ostringstream committed;
  committed << std::ifstream(path).rdbuf();
  EXPECT_EQ(committed.str(), generated) << name
                                        << " does not say what the table of settings says: run the tests with SPM_UPDATE_DOCUMENTS=1";
}

TEST(Documents, EnvExampleIsTheTable) { expect_committed(".env.example", env_example()); }

TEST(Documents, ReferenceIsTheTable) { expect_committed("docs/configuration.md", markdown_reference()); }

TEST(Documents, EnvExampleIsAValidEnvFile) { EXPECT_TRUE(parse_env_file(env_example(), ".env.example")); }

TEST(Documents, EveryDefaultIsAllowed) {
  for (const auto& setting : settings_table()) {
    EXPECT_FALSE(setting.description.empty()) << setting.key;
    if (setting.default_text.empty()) continue;
    const auto value = parse_value(setting, setting.default_text);
    EXPECT_TRUE(value) << value.error().message;
  }
}

}  // namespace
}  // namespace spm::config
