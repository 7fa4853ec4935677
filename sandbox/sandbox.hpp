#pragma once
// The sandbox: UYUNI over TLS, the Salt API, SPM-SYNC, a node_exporter on the address of every test system, and the control endpoint, all
// over one simulated world. Created by the demonstration, by spm-sandbox and by tests; its servers run on threads of their own. Safe from
// any thread.

#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/simulation.hpp"

namespace spm::sandbox {

enum class Target { Uyuni, Salt, SpmSync, Exporter };

struct Options {
  Scenario scenario;
  double speed = 1;              // every simulated duration is divided by it
  const Clock* clock = nullptr;  // nullptr: the system's
  std::uint16_t uyuni_port = 0;  // 0: any free port
  std::uint16_t salt_port = 0;
  std::uint16_t spm_sync_port = 0;
  std::uint16_t exporter_port = 0;  // one port on the addresses of all test systems
  std::uint16_t control_port = 0;
  std::string work_dir;  // for the certificate; empty: a folder of its own that goes away with the sandbox
};

class Sandbox {
 public:
  // Everything listens when this returns. Errors: a speed that is not positive, an unknown time zone, a port in use, a folder that cannot
  // be written.
  [[nodiscard]] static Result<std::unique_ptr<Sandbox>> start(Options options);
  virtual ~Sandbox() = default;  // stops
  virtual void stop() = 0;       // safe to call twice

  [[nodiscard]] virtual std::string uyuni_url() const = 0;  // https://localhost:PORT, without the path of the API
  [[nodiscard]] virtual std::string ca_file() const = 0;
  [[nodiscard]] virtual std::string salt_url() const = 0;
  [[nodiscard]] virtual std::string spm_sync_url() const = 0;
  [[nodiscard]] virtual std::string control_url() const = 0;
  [[nodiscard]] virtual std::uint16_t exporter_port() const = 0;

  // What the control endpoint does, for tests in the same process.
  [[nodiscard]] virtual Simulation& simulation() = 0;
  [[nodiscard]] virtual Faults& faults(Target target) = 0;
  [[nodiscard]] virtual Result<bool> set_listening(Target target, bool up) = 0;
  virtual void drop_sessions(Target target) = 0;  // UYUNI or Salt
};

[[nodiscard]] std::optional<Target> parse_target(std::string_view text);  // uyuni | salt | spm_sync | exporter

}  // namespace spm::sandbox
