#include <cstdio>
#include <filesystem>

#include "app/upstreams.hpp"
#include "cli/commands.hpp"
#include "cli/settings.hpp"
#include "cves/cves.hpp"
#include "db/database_clock.hpp"

namespace spm::cli {
namespace {

int failed(const Error& error) {
  std::fprintf(stderr, "spm-orchestrator: %s\n", error.message.c_str());
  return 1;
}

}  // namespace

int import_cves(const Common& common, const ImportOptions& options) {
  const auto settings = load_settings(common, config::Purpose::Database);
  if (!settings) return 2;
  const auto file = std::filesystem::absolute(options.file).string();
  const auto text = app::make_cve_lists()->read(file, {});
  if (!text) return failed(text.error());
  const db::DatabaseClock clock(settings->database.conninfo);
  db::Pool pool(settings->database.conninfo, 1);
  const auto imported = cves::import_list(pool,
                                          {.source = cves::parse_source(options.source).value(),
                                           .origin = file,
                                           .actor = console_actor(),
                                           .shrinking = options.accepts_shorter ? cves::Shrinking::Accept : cves::Shrinking::Refuse},
                                          *text, clock.now());
  if (!imported) return failed(imported.error());
  std::printf("%s: %lld entries%s%s, of which %lld changed something\n", options.source.c_str(), static_cast<long long>(imported->entries),
              imported->version.empty() ? "" : " of ", imported->version.c_str(), static_cast<long long>(imported->changed));
  return 0;
}

}  // namespace spm::cli
