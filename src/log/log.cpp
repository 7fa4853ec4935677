#include "log/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "log/line.hpp"

namespace spm::log {
namespace {

constexpr std::size_t kFileBytes = 10 * 1024 * 1024;
constexpr std::size_t kOldFiles = 5;

using Sinks = std::vector<spdlog::sink_ptr>;

struct Shared {
  std::shared_mutex mutex;
  Options options;
  Sinks sinks;
  Redaction redaction;
  std::atomic<Level> level{Level::Info};
};

spdlog::sink_ptr plain(spdlog::sink_ptr sink) {
  sink->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
  return sink;
}

Sinks open_sinks(const Options& options) {
  Sinks sinks;
  if (options.stdout_on) sinks.push_back(plain(std::make_shared<spdlog::sinks::stdout_sink_mt>()));
  if (!options.file.empty()) {
    sinks.push_back(plain(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(options.file, kFileBytes, kOldFiles)));
  }
  return sinks;
}

// The one process-wide state of the program: a line may be written before main's first statement and after its last.
Shared& shared() {
  static auto* const state = [] {
    auto* fresh = new Shared;  // never destroyed, for the same reason
    fresh->sinks = open_sinks({});
    return fresh;
  }();
  return *state;
}

struct ScopeField {
  std::string name;
  json::value value;
};
std::vector<ScopeField>& scope_fields() {
  thread_local std::vector<ScopeField> fields;
  return fields;
}

void send(const std::string& text) {
  const spdlog::details::log_msg message("spm", spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
  for (const auto& sink : shared().sinks) {
    try {
      sink->log(message);
      sink->flush();
    } catch (const std::exception&) {  // a full disk must not stop the service; the other sink still gets the line
      continue;
    }
  }
}

}  // namespace

std::string_view to_string(Level level) {
  switch (level) {
    case Level::Debug: return "debug";
    case Level::Info: return "info";
    case Level::Warning: return "warning";
    case Level::Error: return "error";
  }
  return "error";
}

std::optional<Level> parse_level(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (lower == "warn") return Level::Warning;
  for (const auto level : {Level::Debug, Level::Info, Level::Warning, Level::Error}) {
    if (lower == to_string(level)) return level;
  }
  return std::nullopt;
}

Result<void> start(const Options& options) {
  try {
    auto sinks = open_sinks(options);
    const std::unique_lock lock(shared().mutex);
    shared().sinks = std::move(sinks);
    shared().options = options;
    shared().level = options.level;
    return {};
  } catch (const spdlog::spdlog_ex& problem) {
    return fail(ErrorCode::ValidationError, "LOG_FILE=" + options.file + ": cannot be written (" + problem.what() +
                                                "); choose a file in a directory that exists and that the service may write to");
  }
}

void reopen() {
  std::string problem;
  {
    const std::unique_lock lock(shared().mutex);
    try {
      shared().sinks = open_sinks(shared().options);
    } catch (const spdlog::spdlog_ex& failure) {
      problem = failure.what();  // the old file stays open: lines go on to be kept somewhere
    }
  }
  if (!problem.empty()) error("log", "the log file could not be reopened; the old one stays in use", {{"error", problem}});
}

void register_secret(std::string secret) {
  const std::unique_lock lock(shared().mutex);
  shared().redaction.add(std::move(secret));
}

std::string redacted(std::string_view text) {
  const std::shared_lock lock(shared().mutex);
  return shared().redaction.apply(text);
}

bool is_enabled(Level level) { return level >= shared().level.load(std::memory_order_relaxed); }

void write(Level level, std::string_view logger, std::string_view message, Fields fields) {
  if (!is_enabled(level)) return;
  Line line{SystemClock().now(), to_string(level), logger, message, {}};
  for (const auto& field : scope_fields()) line.fields.emplace_back(field.name, &field.value);
  for (const auto& field : fields) line.fields.emplace_back(field.name, &field.value);
  const std::shared_lock lock(shared().mutex);
  send(render(line, shared().redaction));
}

Scope::Scope(Fields fields) : outer_size_(scope_fields().size()) {
  for (const auto& field : fields) scope_fields().push_back({std::string(field.name), field.value});
}

Scope::~Scope() { scope_fields().resize(outer_size_); }

}  // namespace spm::log
