#include "db/migrate.hpp"

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/settings.hpp"

namespace spm::cli {

int migrate(const Common& common) {
  const auto settings = load_settings(common, config::Purpose::Database);
  if (!settings) return 2;
  const auto report = db::migrate(settings->database.conninfo);
  if (!report) {
    std::fprintf(stderr, "spm-orchestrator: %s\n", report.error().message.c_str());
    return 1;
  }
  for (const auto& name : report->applied) std::printf("applied %s\n", name.c_str());
  std::printf("the schema is at version %d%s\n", report->schema_version, report->applied.empty() ? "; there was nothing to do" : "");
  return 0;
}

}  // namespace spm::cli
