#pragma once
// SPM-SYNC, the errata feed, read only: the catalogue of generation 2.x; generation 3.x has none. Created by app/; called by the sync
// worker and the prober. Blocking, each call under the configured deadline. Safe from any thread. Errors: SpmSyncError.

#include <chrono>
#include <string>

#include "base/time.hpp"
#include "net/http_client.hpp"
#include "net/skipped.hpp"
#include "net/upstream_guard.hpp"
#include "ports/advisory_source.hpp"
#include "ports/health.hpp"

namespace spm::spm_sync {

struct Options {
  std::string url;      // "http://spm-sync:5000"
  std::string api_key;  // generation 3.x wants one; empty: none is sent
  std::chrono::milliseconds timeout{30'000};
  bool verify_tls = true;
  std::string ca_file;
  std::chrono::milliseconds retry_pause{200};  // before the first repetition
  std::size_t page_size = 1'000;
  // Of one page. A catalogue of 90,000 entries in one page is about 25 MB; a longer answer is an error, not memory.
  std::size_t max_answer_bytes = 48 * 1024 * 1024;
};

class SpmSyncCatalogue final : public ports::AdvisoryCatalogue, public ports::UpstreamProbe {
 public:
  SpmSyncCatalogue(Options options, const Clock& clock, net::CallObserver observer = {}, net::SkipObserver on_skipped = {});

  [[nodiscard]] Result<std::optional<std::vector<ports::Advisory>>> advisories() override;
  // A package is listed once for each release: of those that name another release than the advisory's own, none is taken; each (name,
  // version) comes once. NotFound when the catalogue lacks the advisory.
  [[nodiscard]] Result<std::vector<ports::Package>> packages(const AdvisoryName& name) override;
  // Reads the fields: a broken database still answers 200.
  [[nodiscard]] Result<ports::ProbeReport> probe() override;

 private:
  struct Answer {
    int status = 0;
    json::value body;
  };
  [[nodiscard]] Result<Answer> get(const std::string& path, std::string_view what, net::Repeat repeat);
  struct Page {
    std::vector<ports::Advisory> advisories;
    json::value first;        // as it came: tells a repeated page
    std::size_t entries = 0;  // with those that could not be read
  };
  [[nodiscard]] Result<std::optional<Page>> page(std::size_t offset, std::size_t limit);
  [[nodiscard]] Result<std::vector<ports::Advisory>> all_in_one_page(std::size_t at_least);

  Options options_;
  net::HttpClient client_;
  net::UpstreamGuard guard_;
  net::SkipObserver on_skipped_;
};

// One entry of GET /api/errata; an Error names the field. Pure.
[[nodiscard]] Result<ports::Advisory> read_entry(const json::value& entry, std::size_t index);

// "Fri, 20 Feb 2026 13:23:45 GMT" or ISO 8601, with or without a zone (then it is UTC). Pure.
[[nodiscard]] Result<Time> parse_feed_date(std::string_view text);

}  // namespace spm::spm_sync
