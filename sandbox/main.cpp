// spm-sandbox: the stand-ins as a program of their own. Prints their addresses as one JSON line when all of them listen, and ends on
// SIGTERM or SIGINT.

#include <fmt/format.h>
#include <signal.h>

#include <boost/json/serialize.hpp>
#include <charconv>
#include <cstdio>
#include <iostream>

#include "sandbox/catalogue.hpp"
#include "sandbox/sandbox.hpp"

namespace {

using namespace spm;
using namespace spm::sandbox;

constexpr const char* kUsage =
    "usage: spm-sandbox [--scenario demo|small|FILE] [--catalogue FILE.jsonl] [--speed N] [--work-dir DIR]\n"
    "                   [--uyuni-port N] [--salt-port N] [--spm-sync-port N] [--exporter-port N] [--control-port N]\n";

struct CommandLine {
  std::string scenario = "demo";
  std::string catalogue;
  Options options;
};

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

bool read_option(CommandLine& line, std::string_view name, const std::string& value) {
  auto& options = line.options;
  if (name == "--scenario") return line.scenario = value, true;
  if (name == "--catalogue") return line.catalogue = value, true;
  if (name == "--work-dir") return options.work_dir = value, true;
  if (name == "--speed") return read_number(value, options.speed) && options.speed > 0;
  if (name == "--uyuni-port") return read_number(value, options.uyuni_port);
  if (name == "--salt-port") return read_number(value, options.salt_port);
  if (name == "--spm-sync-port") return read_number(value, options.spm_sync_port);
  if (name == "--exporter-port") return read_number(value, options.exporter_port);
  if (name == "--control-port") return read_number(value, options.control_port);
  return false;
}

Result<Scenario> load(const CommandLine& line) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const bool embedded = line.scenario == "demo" || line.scenario == "small";
  auto scenario = embedded ? embedded_scenario(line.scenario, now) : read_scenario_file(line.scenario, now);
  if (!scenario || line.catalogue.empty()) return scenario;
  if (auto imported = import_catalogue(line.catalogue, *scenario); !imported) return tl::unexpected<Error>(imported.error());
  return scenario;
}

void print_addresses(const Sandbox& running) {
  const json::object addresses{{"uyuni_url", running.uyuni_url()},         {"uyuni_ca_file", running.ca_file()},
                               {"salt_url", running.salt_url()},           {"spm_sync_url", running.spm_sync_url()},
                               {"exporter_port", running.exporter_port()}, {"control_url", running.control_url()}};
  std::cout << json::serialize(addresses) << std::endl;
}

int run(CommandLine line) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // before any thread starts, so that sigwait() below gets it
  auto scenario = load(line);
  if (!scenario) return fmt::print(stderr, "spm-sandbox: {}\n", scenario.error().message), 2;
  line.options.scenario = std::move(*scenario);
  auto started = Sandbox::start(std::move(line.options));
  if (!started) return fmt::print(stderr, "spm-sandbox: {}\n", started.error().message), 1;
  print_addresses(**started);
  int signal = 0;
  sigwait(&ending, &signal);
  (*started)->stop();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  for (int i = 1; i < argc; i += 2) {
    if (i + 1 < argc && read_option(line, argv[i], argv[i + 1])) continue;
    fmt::print(stderr, "spm-sandbox: {} is not understood\n{}", argv[i], kUsage);
    return 2;
  }
  return run(std::move(line));
}
