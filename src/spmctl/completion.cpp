#include "spmctl/completion.hpp"

#include <algorithm>
#include <set>

namespace spm::spmctl {
namespace {

const std::vector<std::string> kOptions{"--ca-file", "--help", "--insecure", "--output", "--profile", "--server", "--timeout"};

// Groups that the contract does not know, and their verbs.
const std::vector<std::pair<std::string, std::vector<std::string>>> kOwn{{"api", {"DELETE", "GET", "PATCH", "POST", "PUT"}},
                                                                         {"completion", {"bash", "zsh"}},
                                                                         {"profile", {"add", "list", "remove", "use"}},
                                                                         {"test", {"watch"}},
                                                                         {"version", {}}};

std::set<std::string> groups(const std::vector<Command>& commands) {
  std::set<std::string> names;
  for (const auto& command : commands) names.insert(command.group);
  for (const auto& [name, verbs] : kOwn) names.insert(name);
  return names;
}

std::set<std::string> verbs(const std::vector<Command>& commands, const std::string& group) {
  std::set<std::string> names;
  for (const auto& command : commands) {
    if (command.group == group) names.insert(command.verb);
  }
  for (const auto& [name, own] : kOwn) {
    if (name == group) names.insert(own.begin(), own.end());
  }
  return names;
}

std::set<std::string> options(const Command& command, const std::string& before) {
  std::set<std::string> words(kOptions.begin(), kOptions.end());
  if (command.takes_body) words.insert("--data");
  for (const auto& field : command.fields) {
    if (field.option == before && !field.choices.empty()) return {field.choices.begin(), field.choices.end()};
    if (field.place != Place::Path) words.insert(field.option);
  }
  return words;
}

}  // namespace

std::vector<std::string> candidates(const std::vector<Command>& commands, const std::vector<std::string>& words) {
  std::set<std::string> all;
  const auto typed = words.empty() ? std::string() : words.back();
  const auto before = words.size() < 2 ? std::string() : words[words.size() - 2];
  if (words.size() <= 1) {
    all = groups(commands);
  } else if (words.size() == 2) {
    all = verbs(commands, words[0]);
  } else {
    const auto found = std::find_if(commands.begin(), commands.end(),
                                    [&](const Command& command) { return command.group == words[0] && command.verb == words[1]; });
    if (found != commands.end()) all = options(*found, before);
  }
  if (before == "--output" || before == "-o") all = {"json", "table"};
  std::erase_if(all, [&](const std::string& word) { return !word.starts_with(typed); });
  return {all.begin(), all.end()};
}

std::string_view bash_completion() {
  return R"(# spmctl completion for bash. For all sessions: spmctl completion bash > /etc/bash_completion.d/spmctl
_spmctl() {
  local IFS=$'\n'
  COMPREPLY=($(spmctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _spmctl spmctl
)";
}

std::string_view zsh_completion() {
  return R"(#compdef spmctl
# spmctl completion for zsh: spmctl completion zsh > a folder of $fpath, as _spmctl
_spmctl() {
  local -a offered
  offered=("${(@f)$(spmctl __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $offered ]]; then compadd -a offered; else _files; fi
}
if [ "$funcstack[1]" = _spmctl ]; then _spmctl "$@"; else compdef _spmctl spmctl; fi
)";
}

}  // namespace spm::spmctl
