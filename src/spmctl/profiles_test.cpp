#include "spmctl/profiles.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace spm::spmctl {
namespace {

using testing::HasSubstr;

class ProfileFile : public testing::Test {
 protected:
  ProfileFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "spmctl-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    file = directory_ / "spmctl" / "config.json";
  }
  ~ProfileFile() override { std::filesystem::remove_all(directory_); }
  ProfileFile(const ProfileFile&) = delete;
  ProfileFile& operator=(const ProfileFile&) = delete;

  std::filesystem::path file;

 private:
  std::filesystem::path directory_;
};

const Profiles kTwo{"prod", {{"prod", {"https://prod:5001", "prod-key", "/ca.pem", true}}, {"lab", {"http://lab:5001", "", "", false}}}};

TEST_F(ProfileFile, ComesBackAsItWasWrittenAndIsPrivate) {
  EXPECT_TRUE(read_profiles(file)->all.empty()) << "no file, no profiles";
  ASSERT_TRUE(write_profiles(file, kTwo));
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto read = read_profiles(file);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->current, "prod");
  EXPECT_EQ(read->all.at("prod").key, "prod-key");
  EXPECT_EQ(read->all.at("prod").ca_file, "/ca.pem");
  EXPECT_FALSE(read->all.at("lab").verify_tls);
}

TEST_F(ProfileFile, IsRefusedWhenOthersMayOpenIt) {
  ASSERT_TRUE(write_profiles(file, kTwo));
  for (const mode_t mode : {0640U, 0604U, 0620U, 0666U}) {
    ASSERT_EQ(::chmod(file.c_str(), mode), 0);
    const auto read = read_profiles(file);
    ASSERT_FALSE(read) << mode;
    EXPECT_THAT(read.error().message, HasSubstr("chmod 600"));
  }
}

TEST(Choice, AKeyGoesOnlyToItsOwnServer) {
  EXPECT_EQ(choose(kTwo, {})->key, "prod-key");
  EXPECT_EQ(choose(kTwo, {"", "lab", "", ""})->url, "http://lab:5001");
  EXPECT_EQ(choose(kTwo, {"https://other:5001", "", "", ""})->key, "") << "the profile's key is for the profile's server";
  EXPECT_EQ(choose(kTwo, {"https://prod:5001/", "", "", ""})->key, "prod-key");
  EXPECT_EQ(choose(kTwo, {"", "", "https://env:1", "env-key"})->key, "env-key");
  EXPECT_EQ(choose(kTwo, {"", "lab", "https://env:1", "env-key"})->url, "http://lab:5001") << "--profile says more than the environment";
  EXPECT_FALSE(choose({}, {}));
  EXPECT_FALSE(choose(kTwo, {"", "unknown", "", ""}));
  EXPECT_FALSE(choose(kTwo, {"ftp://x", "", "", ""}));
  EXPECT_FALSE(choose(kTwo, {"https://user:secret@x", "", "", ""}));
}

}  // namespace
}  // namespace spm::spmctl
