#include "sandbox/exporter.hpp"

#include <fmt/format.h>

namespace spm::sandbox {
namespace {

constexpr double kMemoryBytes = 4'125'122'560;
constexpr double kDiskBytes = 42'949'672'960;

void header(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
  out += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

void cpu(std::string& out, const Host& host, Time now) {
  header(out, "node_cpu_seconds_total", "Seconds the CPUs spent in each mode.", "counter");
  const double busy = host.cpu.busy_seconds(now) / 2;
  const double idle = host.cpu.idle_seconds(now) / 2;
  for (int number = 0; number < 2; ++number) {
    const auto line = [&](std::string_view mode, double seconds) {
      out += fmt::format("node_cpu_seconds_total{{cpu=\"{}\",mode=\"{}\"}} {:.6f}\n", number, mode, seconds);
    };
    line("idle", idle);
    line("iowait", busy * 0.02);
    line("system", busy * 0.3);
    line("user", busy * 0.68);
  }
}

void memory(std::string& out, const Host& host) {
  header(out, "node_memory_MemAvailable_bytes", "Memory information field MemAvailable_bytes.", "gauge");
  out += fmt::format("node_memory_MemAvailable_bytes {:.0f}\n", kMemoryBytes * (100 - host.memory_level()) / 100);
  header(out, "node_memory_MemTotal_bytes", "Memory information field MemTotal_bytes.", "gauge");
  out += fmt::format("node_memory_MemTotal_bytes {:.0f}\n", kMemoryBytes);
}

std::string_view state_of(const Unit& unit) {
  switch (unit.state) {
    case UnitState::Active: return "active";
    case UnitState::Inactive: return "inactive";
    case UnitState::Failed: return "failed";
  }
  return "inactive";
}

void units(std::string& out, const Host& host) {
  header(out, "node_systemd_unit_state", "Systemd unit", "gauge");
  for (const auto& [name, unit] : host.units) {
    const auto current = state_of(unit);
    for (const std::string_view state : {"activating", "active", "deactivating", "failed", "inactive"}) {
      out += fmt::format("node_systemd_unit_state{{name=\"{}\",state=\"{}\",type=\"{}\"}} {}\n", name, state,
                         name.ends_with(".socket") ? "" : "simple", state == current ? 1 : 0);
    }
  }
  header(out, "node_scrape_collector_success", "node_exporter: Whether a collector succeeded.", "gauge");
  for (const char* collector : {"cpu", "filesystem", "loadavg", "meminfo", "stat", "systemd", "uname"})
    out += fmt::format("node_scrape_collector_success{{collector=\"{}\"}} 1\n", collector);
}

void rest(std::string& out, const Host& host, Time now) {
  header(out, "node_boot_time_seconds", "Node boot time, in unixtime.", "gauge");
  out += fmt::format("node_boot_time_seconds {}\n", std::chrono::floor<std::chrono::seconds>(host.boot_time).time_since_epoch().count());
  header(out, "node_time_seconds", "System time in seconds since epoch (1970).", "gauge");
  out += fmt::format("node_time_seconds {:.3f}\n", std::chrono::duration<double>(now.time_since_epoch()).count());
  for (const char* window : {"1", "5", "15"}) {
    header(out, fmt::format("node_load{}", window), fmt::format("{}m load average.", window), "gauge");
    out += fmt::format("node_load{} {:.2f}\n", window, host.cpu_level() / 50);
  }
  header(out, "node_uname_info", "Labeled system information as provided by the uname system call.", "gauge");
  out += fmt::format(
      "node_uname_info{{domainname=\"(none)\",machine=\"x86_64\",nodename=\"{}\",release=\"{}\",sysname=\"Linux\",version=\"#1 SMP\"}} 1\n",
      host.spec.name, host.running_kernel);
  header(out, "node_os_info", "A metric with a constant '1' value labeled by id, version_id and others.", "gauge");
  out += fmt::format("node_os_info{{id=\"{}\",version_id=\"{}\"}} 1\n", host.os->release_id, host.os->release);
  const double available = static_cast<double>(host.free_mb) * 1024 * 1024;
  for (const auto& [name, value] :
       {std::pair{"node_filesystem_size_bytes", kDiskBytes}, std::pair{"node_filesystem_avail_bytes", available},
        std::pair{"node_filesystem_free_bytes", available}, std::pair{"node_filesystem_readonly", 0.0}}) {
    header(out, name, "Filesystem.", "gauge");
    out += fmt::format("{}{{device=\"/dev/vda2\",fstype=\"btrfs\",mountpoint=\"/\"}} {:.0f}\n", name, value);
  }
}

}  // namespace

http::Reply exporter_page(Simulation& simulation, const http::Request& request) {
  http::Reply reply;
  if (request.path != "/metrics") {
    reply.response = http::text_response(request.path == "/" ? 200 : 404, "<html><body><a href=\"/metrics\">Metrics</a></body></html>\n",
                                         "text/html; charset=utf-8");
    return reply;
  }
  std::string page;
  const bool online = simulation.with([&](const Simulation::View& view) {
    const auto* host = view.world.host_by_ip(request.local_address);
    if (host == nullptr || !host->online) return false;
    cpu(page, *host, view.world.now());
    memory(page, *host);
    units(page, *host);
    rest(page, *host, view.world.now());
    return true;
  });
  reply.response = http::text_response(200, std::move(page), "text/plain; version=0.0.4; charset=utf-8");
  if (!online) reply.delivery = http::Delivery::DropConnection;
  return reply;
}

}  // namespace spm::sandbox
