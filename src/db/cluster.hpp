#pragma once
// A private PostgreSQL cluster in a folder of its own, reachable by a Unix socket alone. Used by `demo` and by the tests.
//
// The folder carries a marker file; a folder that exists without it and is not empty is refused. PostgreSQL does not run as root: a
// root caller gives the folder to the user `postgres` and starts the server as that user. One thread at a time.

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace spm::db {

enum class Durability {
  Full,  // survives a power cut
  None,  // survives a crash of the server, not of the machine: for tests
};

class Cluster {
 public:
  // Creates the cluster when the folder is new; starts the server, or adopts the one that a killed owner left running. A folder
  // that another living process holds is refused.
  // Errors name the command that failed with its last output, or the package to install.
  [[nodiscard]] static Result<std::unique_ptr<Cluster>> start(const std::filesystem::path& folder, Durability durability);
  ~Cluster();  // stops, as stop()
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  // Ends sessions and stops the server; the data stay. Safe to call twice.
  void stop();
  // Stops and removes the folder.
  void remove();
  // Kills the server without a farewell, as a crash does; start_again() brings it back. For tests of lost connections.
  void crash();
  [[nodiscard]] Result<void> start_again();

  // For libpq; a name that is not there yet must be created through the database "postgres".
  [[nodiscard]] std::string conninfo(const std::string& database) const;

 private:
  Cluster(std::filesystem::path folder, Durability durability);
  [[nodiscard]] Result<void> claim_folder();
  [[nodiscard]] Result<void> create_data() const;
  [[nodiscard]] Result<void> write_settings() const;
  [[nodiscard]] Result<void> control(const std::vector<std::string>& arguments) const;

  std::filesystem::path folder_;
  Durability durability_;
  std::filesystem::path binaries_;
  int lock_ = -1;  // an open marker file: its lock says that the folder is ours while we live
  bool is_started_ = false;
};

}  // namespace spm::db
