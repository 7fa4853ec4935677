#include "config/documents.hpp"

#include <fmt/format.h>

#include "config/table.hpp"
#include "config/value.hpp"

namespace spm::config {
namespace {

std::string range_text(const Setting& setting) {
  auto text = allowed(setting);
  if (!setting.unit.empty()) text += fmt::format(", {}", setting.unit);
  return text;
}

std::string wrapped_comment(std::string_view text) {
  constexpr std::size_t kWidth = 110;
  std::string out;
  while (!text.empty()) {
    auto end = text.size();
    if (end > kWidth) end = text.rfind(' ', kWidth);
    out += fmt::format("# {}\n", text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string requirement(const Setting& setting) {
  if (setting.required == Required::Serve) return "required";
  return setting.default_text.empty() ? "not set" : fmt::format("default {}", setting.default_text);
}

}  // namespace

std::string env_example() {
  std::string out =
      "# The settings of spm-orchestrator. Copy this file to .env, fill in what is required, and remove the '#' in front of what you "
      "change.\n"
      "# The environment of the process wins over this file. Generated from the table of settings; docs/configuration.md has the same as a "
      "table.\n";
  std::string_view section;
  for (const auto& setting : settings_table()) {
    if (setting.section != section) {
      section = setting.section;
      out += fmt::format("\n# ---- {}\n", section);
    }
    out += '\n' + wrapped_comment(fmt::format("{} Value: {}; {}.", setting.description, range_text(setting), requirement(setting)));
    out += fmt::format("{}{}={}\n", setting.required == Required::Serve ? "" : "#", setting.key, setting.default_text);
  }
  return out;
}

std::string markdown_reference() {
  std::string out =
      "# Configuration\n\n"
      "Settings come from the environment of the process and from a file `.env`; the environment wins. An empty value means \"not set\".\n"
      "A wrong value stops the start; all wrong values are named at once. `spm-orchestrator check` tests them, the database and every "
      "upstream.\n\n"
      "In `.env`: `KEY=VALUE` lines, `#` comments, an optional `export`. Single quotes keep everything as it is; double quotes know `\\n`, "
      "`\\t`,\n"
      "`\\\"`, `\\\\` and `\\$`; without quotes the value ends at a space followed by `#`.\n\n"
      "This page is generated from the table of settings in `src/config/`; a test compares them.\n";
  std::string_view section;
  for (const auto& setting : settings_table()) {
    if (setting.section != section) {
      section = setting.section;
      out += fmt::format("\n## {}\n\n| key | value | default | meaning |\n| --- | --- | --- | --- |\n", section);
    }
    const auto fallback = setting.required == Required::Serve ? std::string("**required**")
                          : setting.default_text.empty()      ? std::string("not set")
                                                              : fmt::format("`{}`", setting.default_text);
    const auto older = setting.older_name.empty() ? "" : fmt::format(" Older name: `{}`.", setting.older_name);
    out += fmt::format("| `{}` | {} | {} | {}{} |\n", setting.key, range_text(setting), fallback, setting.description, older);
  }
  return out;
}

}  // namespace spm::config
