#include "db/hosts.hpp"

#include <gmock/gmock.h>

namespace spm::db {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(DatabaseHosts, AreReadFromEveryFormOfConnectionString) {
  EXPECT_THAT(hosts_of("host=db1,db2 port=5432 dbname=x"), ElementsAre("db1", "db2"));
  EXPECT_THAT(hosts_of("postgresql://user:secret@10.0.0.5:5432/spm"), ElementsAre("10.0.0.5"));
  EXPECT_THAT(hosts_of("host=/var/run/postgresql dbname=x"), IsEmpty());
  EXPECT_THAT(hosts_of("no connection string"), IsEmpty());
}

}  // namespace
}  // namespace spm::db
