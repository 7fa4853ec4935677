#include "sandbox/exporter.hpp"

#include <fmt/format.h>

namespace spm::sandbox {
namespace {

constexpr double kMemoryTotal = 4.0 * 1024 * 1024 * 1024;
constexpr double kDiskTotal = 40.0 * 1024 * 1024 * 1024;

class Page {
 public:
  void family(std::string_view name, std::string_view type) { text_ += fmt::format("# TYPE {} {}\n", name, type); }
  void sample(std::string_view name, std::string_view labels, double value) { text_ += fmt::format("{}{} {}\n", name, labels, value); }
  void metric(std::string_view name, std::string_view type, double value) {
    family(name, type);
    sample(name, "", value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

double seconds_of(Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

void write_cpu(Page& page, const Host& host, Time now) {
  page.family("node_cpu_seconds_total", "counter");
  const double busy = host.cpu.busy_seconds(now) / CpuMeter::kProcessors;
  const double idle = host.cpu.idle_seconds(now) / CpuMeter::kProcessors;
  for (int cpu = 0; cpu < static_cast<int>(CpuMeter::kProcessors); ++cpu) {
    for (const auto& [mode, value] : {std::pair<std::string_view, double>{"idle", idle}, {"user", busy * 0.7}, {"system", busy * 0.3}, {"iowait", 0.0}}) {
      page.sample("node_cpu_seconds_total", fmt::format("{{cpu=\"{}\",mode=\"{}\"}}", cpu, mode), value);
    }
  }
}

void write_memory_and_disk(Page& page, const Host& host) {
  page.metric("node_memory_MemTotal_bytes", "gauge", kMemoryTotal);
  page.metric("node_memory_MemAvailable_bytes", "gauge", kMemoryTotal * (1 - host.memory_level() / 100));
  const std::string_view root = "{device=\"/dev/vda1\",fstype=\"btrfs\",mountpoint=\"/\"}";
  page.family("node_filesystem_size_bytes", "gauge");
  page.sample("node_filesystem_size_bytes", root, kDiskTotal);
  page.family("node_filesystem_avail_bytes", "gauge");
  page.sample("node_filesystem_avail_bytes", root, host.free_mb * 1024.0 * 1024.0);
  page.family("node_filesystem_readonly", "gauge");
  page.sample("node_filesystem_readonly", root, 0);
}

std::string_view word(UnitState state) {
  switch (state) {
    case UnitState::Active: return "active";
    case UnitState::Inactive: return "inactive";
    case UnitState::Failed: return "failed";
  }
  return "inactive";
}

void write_units(Page& page, const Host& host) {
  page.family("node_systemd_unit_state", "gauge");
  for (const auto& [name, unit] : host.units) {
    for (const std::string_view state : {"active", "activating", "deactivating", "inactive", "failed"}) {
      page.sample("node_systemd_unit_state", fmt::format("{{name=\"{}\",state=\"{}\",type=\"simple\"}}", name, state), word(unit.state) == state ? 1 : 0);
    }
  }
}

std::string page_of(const Host& host, Time now) {
  Page page;
  write_cpu(page, host, now);
  write_memory_and_disk(page, host);
  write_units(page, host);
  const double load = host.cpu_level() / 100 * CpuMeter::kProcessors;
  for (const std::string_view name : {"node_load1", "node_load5", "node_load15"}) page.metric(name, "gauge", load);
  page.metric("node_boot_time_seconds", "gauge", seconds_of(host.boot_time));
  page.metric("node_time_seconds", "gauge", seconds_of(now));
  page.family("node_scrape_collector_success", "gauge");
  for (const std::string_view collector : {"cpu", "filesystem", "loadavg", "meminfo", "systemd", "uname"}) {
    page.sample("node_scrape_collector_success", fmt::format("{{collector=\"{}\"}}", collector), 1);
  }
  page.family("node_uname_info", "gauge");
  page.sample("node_uname_info", fmt::format("{{machine=\"x86_64\",nodename=\"{}\",release=\"{}\",sysname=\"Linux\"}}", host.spec.name, host.running_kernel), 1);
  return page.take();
}

}  // namespace

std::optional<http::Response> Exporter::handle(const http::Request& request) const {
  return simulation_.with([&](Simulation::View view) -> std::optional<http::Response> {
    const auto* host = view.world.host_by_ip(request.local_address);
    if (host == nullptr || !host->online) return std::nullopt;
    if (request.method != http::Method::Get || request.path != "/metrics") return http::text_response(404, "404 page not found\n");
    return http::text_response(200, page_of(*host, view.world.now()), "text/plain; version=0.0.4; charset=utf-8");
  });
}

}  // namespace spm::sandbox
