// The private cluster of the demo and of these tests.

#include "db/cluster.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <fstream>

#include "db/db.hpp"

namespace spm::db {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class PrivateCluster : public testing::Test {
 protected:
  ~PrivateCluster() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / fmt::format("spm cluster's {}", getpid());
};

TEST_F(PrivateCluster, KeepsItsDataBetweenStarts) {
  {
    const auto cluster = Cluster::start(folder_, Durability::None);
    ASSERT_TRUE(cluster) << cluster.error().message;
    Connection((*cluster)->conninfo("postgres")).run_script("CREATE DATABASE kept");
    const auto second = Cluster::start(folder_, Durability::None);
    ASSERT_FALSE(second);
    EXPECT_THAT(second.error().message, HasSubstr("is in use by another running program"));
  }
  const auto again = Cluster::start(folder_, Durability::None);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_NO_THROW(Connection((*again)->conninfo("kept")));
  (*again)->remove();
  EXPECT_FALSE(fs::exists(folder_));
}

TEST_F(PrivateCluster, RefusesAFolderThatIsNotItsOwn) {
  fs::create_directories(folder_);
  std::ofstream(folder_ / "thesis.txt") << "years of work";
  const auto cluster = Cluster::start(folder_, Durability::None);
  ASSERT_FALSE(cluster);
  EXPECT_THAT(cluster.error().message, HasSubstr("is not empty and was not made by this program"));
  EXPECT_TRUE(fs::exists(folder_ / "thesis.txt"));
}

TEST_F(PrivateCluster, RefusesAPathThatIsTooLongForASocket) {
  const auto cluster = Cluster::start(folder_ / std::string(100, 'x'), Durability::None);
  ASSERT_FALSE(cluster);
  EXPECT_THAT(cluster.error().message, HasSubstr("too long for a Unix socket"));
}

}  // namespace
}  // namespace spm::db
