#include "sandbox/sandbox.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "sandbox/certificate.hpp"
#include "sandbox/control.hpp"
#include "sandbox/exporter.hpp"
#include "sandbox/listener.hpp"
#include "sandbox/salt/endpoint.hpp"
#include "sandbox/spm_sync.hpp"
#include "sandbox/uyuni/endpoint.hpp"

namespace spm::sandbox {
namespace {

constexpr std::size_t kMaxBody = 32 * 1024 * 1024;  // rest_cherrypy takes 20 MB and more
constexpr int kPortAttempts = 20;

// A folder that goes away with its owner.
class WorkFolder {
 public:
  static Result<WorkFolder> open(const std::string& wanted) {
    std::error_code error;
    if (!wanted.empty()) {
      std::filesystem::create_directories(wanted, error);
      if (error) return fail(ErrorCode::InternalError, fmt::format("the folder {} cannot be made: {}", wanted, error.message()));
      return WorkFolder(wanted, false);
    }
    std::string name = std::filesystem::temp_directory_path(error) / "spm-sandbox-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return fail(ErrorCode::InternalError, "no temporary folder can be made for the sandbox");
    return WorkFolder(name, true);
  }
  WorkFolder(WorkFolder&& other) noexcept : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, false)) {}
  WorkFolder& operator=(WorkFolder&&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    if (temporary_) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  WorkFolder(std::string path, bool temporary) : path_(std::move(path)), temporary_(temporary) {}
  std::string path_;
  bool temporary_;
};

http::ServerOptions options_for(std::vector<http::ServerOptions::Listen> listen) {
  http::ServerOptions options;
  options.listen = std::move(listen);
  options.max_body_bytes = kMaxBody;
  options.workers = 4;
  return options;
}

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

class RunningSandbox final : public Sandbox {
 public:
  RunningSandbox(Options options, WorkFolder folder)
      : folder_(std::move(folder)),
        options_(std::move(options)),
        simulation_(options_.scenario, options_.speed, options_.clock == nullptr ? system_clock() : *options_.clock),
        uyuni_(simulation_, options_.scenario.uyuni, options_.scenario.seed),
        salt_(simulation_, options_.scenario.salt),
        spm_sync_(simulation_, options_.scenario.spm_sync) {}
  ~RunningSandbox() override { stop_listeners(); }

  Result<bool> listen() {
    auto certificate = make_certificate(folder_.path());
    if (!certificate) return tl::unexpected<Error>(certificate.error());
    ca_file_ = certificate->certificate;
    auto tls = options_for({{"127.0.0.1", options_.uyuni_port}});
    tls.tls = http::TlsFiles{certificate->certificate, certificate->key};
    return open(uyuni_listener_, std::move(tls),
                [this](http::Request& request) {
                  return uyuni_faults_.apply(request, [this](http::Request& plain) { return uyuni_.handle(plain); });
                })
        .and_then([this](bool) {
          return open(salt_listener_, options_for({{"127.0.0.1", options_.salt_port}}), [this](http::Request& request) {
            return salt_faults_.apply(request, [this](http::Request& plain) { return salt_.handle(plain); });
          });
        })
        .and_then([this](bool) {
          return open(spm_sync_listener_, options_for({{"127.0.0.1", options_.spm_sync_port}}), [this](http::Request& request) {
            return spm_sync_faults_.apply(request, [this](http::Request& plain) { return spm_sync_.handle(plain); });
          });
        })
        .and_then([this](bool) {
          return open(control_listener_, options_for({{"127.0.0.1", options_.control_port}}),
                      [this](http::Request& request) { return handle_control(*this, spm_sync_, request); });
        })
        .and_then([this](bool) { return open_exporters(); });
  }

  void stop() override { stop_listeners(); }
  std::string uyuni_url() const override { return fmt::format("https://localhost:{}", uyuni_listener_->port()); }
  std::string ca_file() const override { return ca_file_; }
  std::string salt_url() const override { return fmt::format("http://127.0.0.1:{}", salt_listener_->port()); }
  std::string spm_sync_url() const override { return fmt::format("http://127.0.0.1:{}", spm_sync_listener_->port()); }
  std::string control_url() const override { return fmt::format("http://127.0.0.1:{}", control_listener_->port()); }
  std::uint16_t exporter_port() const override { return exporter_listener_ ? exporter_listener_->port() : 0; }

  Simulation& simulation() override { return simulation_; }
  Faults& faults(Target target) override {
    switch (target) {
      case Target::Uyuni: return uyuni_faults_;
      case Target::Salt: return salt_faults_;
      case Target::SpmSync: return spm_sync_faults_;
      case Target::Exporter: break;
    }
    return exporter_faults_;
  }
  Result<bool> set_listening(Target target, bool up) override {
    auto& listener = listener_of(target);
    return listener ? listener->set_up(up) : Result<bool>(true);
  }
  void drop_sessions(Target target) override {
    if (target == Target::Uyuni) uyuni_.drop_sessions();
    if (target == Target::Salt) salt_.drop_sessions();
  }

 private:
  static Result<bool> open(std::unique_ptr<Listener>& listener, http::ServerOptions options, http::Handler handler) {
    auto opened = Listener::open(std::move(options), std::move(handler));
    if (!opened) return tl::unexpected<Error>(opened.error());
    listener = std::move(*opened);
    return true;
  }

  std::unique_ptr<Listener>& listener_of(Target target) {
    switch (target) {
      case Target::Uyuni: return uyuni_listener_;
      case Target::Salt: return salt_listener_;
      case Target::SpmSync: return spm_sync_listener_;
      case Target::Exporter: break;
    }
    return exporter_listener_;
  }

  // One port on the address of every test system. A port that is free on one address need not be free on the next: then another is tried.
  Result<bool> open_exporters() {
    std::vector<std::string> addresses;
    simulation_.with([&](const Simulation::View& view) {
      for (const auto& host : view.world.hosts()) {
        if (host->spec.test) addresses.push_back(host->ip);
      }
    });
    if (addresses.empty()) return true;
    const auto handler = [this](http::Request& request) {
      return exporter_faults_.apply(request, [this](http::Request& plain) { return exporter_page(simulation_, plain); });
    };
    Result<bool> opened = true;
    for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
      std::uint16_t port = options_.exporter_port;
      if (port == 0) {
        const auto probe = Listener::open(options_for({{addresses.front(), 0}}), handler);
        if (!probe) return tl::unexpected<Error>(probe.error());
        port = (*probe)->port();
      }
      std::vector<http::ServerOptions::Listen> listen;
      for (const auto& address : addresses) listen.push_back({address, port});
      opened = open(exporter_listener_, options_for(std::move(listen)), handler);
      if (opened || options_.exporter_port != 0) break;
    }
    return opened;
  }

  void stop_listeners() {
    for (auto* listener : {&control_listener_, &exporter_listener_, &spm_sync_listener_, &salt_listener_, &uyuni_listener_}) {
      if (*listener) (*listener)->stop();
    }
  }

  WorkFolder folder_;
  Options options_;
  Simulation simulation_;
  uyuni::Endpoint uyuni_;
  salt::Endpoint salt_;
  SpmSync spm_sync_;
  std::string ca_file_;
  Faults uyuni_faults_{Dialect::XmlRpc};
  Faults salt_faults_{Dialect::Json};
  Faults spm_sync_faults_{Dialect::Json};
  Faults exporter_faults_{Dialect::Text};
  std::unique_ptr<Listener> uyuni_listener_;
  std::unique_ptr<Listener> salt_listener_;
  std::unique_ptr<Listener> spm_sync_listener_;
  std::unique_ptr<Listener> exporter_listener_;
  std::unique_ptr<Listener> control_listener_;
};

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (text == "uyuni") return Target::Uyuni;
  if (text == "salt") return Target::Salt;
  if (text == "spm_sync") return Target::SpmSync;
  if (text == "exporter") return Target::Exporter;
  return std::nullopt;
}

Result<std::unique_ptr<Sandbox>> Sandbox::start(Options options) {
  if (!(options.speed > 0)) return fail(ErrorCode::ValidationError, "the sandbox's speed must be greater than 0");
  auto folder = WorkFolder::open(options.work_dir);
  if (!folder) return tl::unexpected<Error>(folder.error());
  try {
    auto sandbox = std::make_unique<RunningSandbox>(std::move(options), std::move(*folder));
    if (auto listening = sandbox->listen(); !listening) return tl::unexpected<Error>(listening.error());
    return sandbox;
  } catch (const std::runtime_error& error) {  // the zone database does not know the scenario's time zone
    return fail(ErrorCode::ValidationError, fmt::format("uyuni.time_zone: {}", error.what()));
  }
}

}  // namespace spm::sandbox
