#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <thread>

#include "app/upstreams.hpp"
#include "cli/commands.hpp"
#include "cli/settings.hpp"
#include "db/db.hpp"
#include "db/migrate.hpp"
#include "health/health.hpp"
#include "log/log.hpp"

namespace spm::cli {
namespace {

using health::Finding;

constexpr int kDaysToRenew = 14;

std::vector<Finding> check_database(const config::Settings& settings, Time now) {
  const auto is_complete = db::check_schema(settings.database.conninfo);
  if (!is_complete) return {{"database", false, is_complete.error().message}};
  if (!*is_complete) return {{"database", false, "reachable, but its schema is not complete: run 'spm-orchestrator migrate'"}};
  std::vector<Finding> findings{{"database", true, "reachable, schema complete"}};
  db::Connection connection(settings.database.conninfo);
  for (auto& finding : health::judge(health::look_at(connection), now)) findings.push_back(std::move(finding));
  return findings;
}

// Days until the service's certificate ends; nothing: it cannot be read.
std::optional<int> days_left(const std::string& file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> source(BIO_new_file(file.c_str(), "r"), &BIO_free);
  if (!source) return std::nullopt;
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(source.get(), nullptr, nullptr, nullptr), &X509_free);
  int days = 0;
  int seconds = 0;
  if (!certificate || ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(certificate.get())) != 1) return std::nullopt;
  return seconds < 0 ? days - 1 : days;
}

Finding check_certificate(const std::string& file) {
  if (file.empty()) return {"certificate", true, "none: plain HTTP, for this machine alone or behind something that speaks TLS"};
  const auto days = days_left(file);
  if (!days) return {"certificate", false, file + " cannot be read"};
  if (*days < 0) return {"certificate", false, file + " has expired; put a new one there, which needs no restart"};
  return {
      "certificate", *days >= kDaysToRenew,
      fmt::format("{} is good for {} days{}", file, *days, *days < kDaysToRenew ? "; put a new one there, which needs no restart" : "")};
}

Finding check_upstream(const health::Watched& upstream) {
  if (upstream.probe == nullptr) return {upstream.name, true, "not configured"};
  const auto report = upstream.probe->probe();
  if (!report) return {upstream.name, false, fmt::format("{}: {}", upstream.url, report.error().message)};
  return {upstream.name, true,
          fmt::format("{}{}{}{}{}", upstream.url, report->version.empty() ? "" : ", version ", report->version,
                      report->message.empty() ? "" : "; ", report->message)};
}

// Side by side, so that the whole takes as long as the slowest.
std::vector<Finding> check_upstreams(const std::vector<health::Watched>& watched) {
  std::vector<Finding> findings(watched.size());
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    threads.emplace_back([&findings, &watched, i] { findings[i] = check_upstream(watched[i]); });
  }
  threads.clear();
  return findings;
}

}  // namespace

int check(const Common& common, const CheckOptions& options) {
  const auto settings = load_settings(common, config::Purpose::Serve);
  if (!settings) return 2;
  std::printf("%-14s ok    every value is in its range\n", "configuration");
  if (options.configuration_only) return 0;
  const SystemClock clock;
  auto findings = check_database(*settings, clock.now());
  findings.push_back(check_certificate(settings->api.tls_certificate_file));
  app::Upstreams upstreams(*settings, clock, {});
  for (auto& finding : check_upstreams(upstreams.watched())) findings.push_back(std::move(finding));
  int wrong = 0;
  for (const auto& finding : findings) {
    wrong += finding.is_well ? 0 : 1;
    std::printf("%-14s %-5s %s\n", finding.name.c_str(), finding.is_well ? "ok" : "WRONG", log::redacted(finding.text).c_str());
  }
  return wrong == 0 ? 0 : 1;
}

}  // namespace spm::cli
