#include "configuration/rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace spm::configuration {
namespace {

constexpr std::size_t kMostItems = 200;

std::string number_problem(const Field& field, const json::value& value) {
  const bool is_whole = value.is_int64() || value.is_uint64();
  const bool is_number = field.kind == Kind::Integer ? is_whole : value.is_number();
  const double number = value.is_number() ? value.to_number<double>() : 0;
  if (is_number && number >= field.minimum && number <= field.maximum) return {};
  return fmt::format("must be a {} from {} to {}", field.kind == Kind::Integer ? "whole number" : "number", field.minimum, field.maximum);
}

std::string choice_problem(const Field& field, const json::value& value) {
  const bool is_choice =
      value.is_string() && std::find(field.choices.begin(), field.choices.end(), value.get_string()) != field.choices.end();
  return is_choice ? "" : fmt::format("must be one of {}", fmt::join(field.choices, ", "));
}

std::string texts_problem(const Field& field, const json::value& value) {
  if (!value.is_array() || value.get_array().empty() || value.get_array().size() > kMostItems)
    return fmt::format("must be a list of 1 to {} texts", kMostItems);
  std::set<std::string_view> seen;
  for (const auto& item : value.get_array()) {
    if (!item.is_string() || !field.is_item(item.get_string()))
      return field.name.starts_with("patterns.")
                 ? "must be a list of beginnings of package names, such as linux-image, kernel$ or systemd-#"
                 : "must be a list of unit names, alternatives separated by |, such as ssh.socket|ssh";
    if (!seen.insert(item.get_string()).second) return fmt::format("names {} twice", std::string_view(item.get_string()));
  }
  return {};
}

}  // namespace

// "kernel-…" is taken to mean the package "kernel" too: it is the kernel on every RHEL-like system.
Patterns default_patterns() {
  return {
      .kernel = {"linux-image", "linux-headers", "linux-modules", "linux-generic", "linux-virtual", "linux-aws", "linux-azure", "linux-gcp",
                 "kernel$", "kernel-", "grub", "grub2", "shim-signed", "shim-unsigned", "systemd-boot", "dracut", "initramfs-tools",
                 "mkinitcpio"},
      .reboot = {"linux-", "kernel$", "kernel-", "glibc", "libc6", "libc-", "systemd$", "systemd-#", "dbus$", "dbus-#", "udev", "kmod"},
      .config = {"openssh", "ssh-",  "nginx", "apache", "apache2", "httpd",  "postgresql", "mysql",   "mariadb", "postfix",   "dovecot",
                 "bind",    "bind9", "named", "samba",  "nfs-",    "docker", "containerd", "kubelet", "haproxy", "keepalived"},
  };
}

CriticalServices default_critical_services() {
  // On Ubuntu 24.04 ssh.service is inactive between connections: the socket counts. SUSE's bundled minion has a name of its own.
  const std::string minion = "salt-minion|venv-salt-minion";
  return {.ubuntu = {"ssh.socket|ssh", "cron", "rsyslog", minion},
          .debian = {"ssh.socket|ssh", "cron", "rsyslog", minion},
          .rhel = {"sshd", "crond", "rsyslog", minion},
          .suse = {"sshd", "cron", "rsyslog", minion}};
}

const std::vector<std::string>& CriticalServices::of(std::string_view target_os) const {
  if (target_os == "debian") return debian;
  if (target_os == "rhel") return rhel;
  if (target_os == "suse") return suse;
  return ubuntu;
}

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::Integer: return "integer";
    case Kind::Number: return "number";
    case Kind::Flag: return "boolean";
    case Kind::Choice: return "choice";
    case Kind::Texts: return "list";
  }
  return "";
}

const Field* find_field(std::string_view name) {
  const auto found = std::find_if(fields().begin(), fields().end(), [&](const Field& field) { return field.name == name; });
  return found == fields().end() ? nullptr : &*found;
}

std::string problem_with(const Field& field, const json::value& value) {
  switch (field.kind) {
    case Kind::Integer:
    case Kind::Number: return number_problem(field, value);
    case Kind::Flag: return value.is_bool() ? "" : "must be true or false";
    case Kind::Choice: return choice_problem(field, value);
    case Kind::Texts: return texts_problem(field, value);
  }
  return "is of no known kind";
}

std::map<std::string, std::string> problems_of(const json::object& values) {
  std::map<std::string, std::string> problems;
  for (const auto& [name, value] : values) {
    const auto* field = find_field(name);
    if (field == nullptr) {
      problems[std::string(name)] = "is no field of the configuration";
    } else if (!value.is_null()) {
      if (auto problem = problem_with(*field, value); !problem.empty()) problems[std::string(name)] = std::move(problem);
    }
  }
  return problems;
}

Document applied(Document document, const json::object& values) {
  for (const auto& [name, value] : values) {
    const auto* field = find_field(name);
    if (field != nullptr && !value.is_null() && problem_with(*field, value).empty()) field->write(document, value);
  }
  return document;
}

std::vector<Change> changes_between(const Document& before, const Document& after) {
  std::vector<Change> changes;
  for (const auto& field : fields()) {
    auto from = field.read(before);
    auto to = field.read(after);
    if (from != to) changes.push_back({field.name, std::move(from), std::move(to)});
  }
  return changes;
}

json::array to_json(const std::vector<Change>& changes) {
  json::array shown;
  for (const auto& change : changes) shown.push_back({{"name", change.name}, {"from", change.from}, {"to", change.to}});
  return shown;
}

bool changes_scores(const std::vector<Change>& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const Change& change) { return find_field(change.name)->is_score; });
}

}  // namespace spm::configuration
