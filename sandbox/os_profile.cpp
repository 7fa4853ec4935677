#include "sandbox/os_profile.hpp"

#include <map>
#include <stdexcept>

#include "sandbox/embedded.hpp"

namespace spm::sandbox {
namespace {

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

std::string take_word(std::string_view& line) {
  const auto end = line.find(' ');
  std::string word(line.substr(0, end));
  line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  return word;
}

BaseUnit read_unit(std::string_view rest, UnitStart start) {
  BaseUnit unit;
  unit.name = take_word(rest);
  unit.package = take_word(rest);
  unit.description = rest;
  unit.start = start;
  return unit;
}

BasePackage read_package(std::string_view rest) {
  BasePackage package;
  package.name = take_word(rest);
  package.evr = take_word(rest);
  package.arch = rest;
  return package;
}

void read_line(OsProfile& os, std::string_view line) {
  const std::string key = take_word(line);
  const std::string value(line);
  if (key == "package")
    os.packages.push_back(read_package(line));
  else if (key == "service")
    os.units.push_back(read_unit(line, UnitStart::Running));
  else if (key == "socket")
    os.units.push_back(read_unit(line, UnitStart::Listening));
  else if (key == "inactive")
    os.units.push_back(read_unit(line, UnitStart::Inactive));
  else if (key == "family")
    os.family = value == "Debian" ? Family::Debian : Family::RedHat;
  else if (key == "os")
    os.os = value;
  else if (key == "release")
    os.release = value;
  else if (key == "codename")
    os.codename = value;
  else if (key == "pretty_name")
    os.pretty_name = value;
  else if (key == "release_id")
    os.release_id = value;
  else if (key == "channel")
    os.channel = value;
  else if (key == "channel_name")
    os.channel_name = value;
  else if (key == "kernel")
    os.kernel = value;
  else
    throw std::logic_error("sandbox profile " + os.id + ": unknown line " + key);
}

OsProfile read_profile(const std::string& id) {
  OsProfile os;
  os.id = id;
  std::string_view text = embedded_text(id + ".txt");
  if (text.empty()) throw std::logic_error("sandbox profile " + id + " is not embedded");
  while (!text.empty()) {
    if (const auto line = take_line(text); !line.empty()) read_line(os, line);
  }
  return os;
}

const std::map<std::string, OsProfile, std::less<>>& profiles() {
  static const auto all = [] {
    std::map<std::string, OsProfile, std::less<>> read;
    for (const char* id : {"ubuntu-22.04", "ubuntu-24.04", "debian-12", "almalinux-8", "almalinux-9"}) read.emplace(id, read_profile(id));
    return read;
  }();
  return all;
}

const std::map<std::string, RoleProfile, std::less<>>& debian_roles() {
  static const std::map<std::string, RoleProfile, std::less<>> roles{
      {"web",
       {{{"nginx", "1.24.0-2ubuntu7", "amd64"}, {"nginx-common", "1.24.0-2ubuntu7", "all"}},
        {{"nginx.service", "nginx", "A high performance web server and a reverse proxy server", UnitStart::Running}}}},
      {"database",
       {{{"postgresql-16", "16.3-0ubuntu0.24.04.1", "amd64"},
         {"postgresql-common", "257build1", "all"},
         {"libpq5", "16.3-0ubuntu0.24.04.1", "amd64"}},
        {{"postgresql@16-main.service", "postgresql-16", "PostgreSQL Cluster 16-main", UnitStart::Running}}}},
      {"cache",
       {{{"redis-server", "5:7.0.15-1build2", "amd64"}, {"redis-tools", "5:7.0.15-1build2", "amd64"}},
        {{"redis-server.service", "redis-server", "Advanced key-value store", UnitStart::Running}}}},
      {"mail",
       {{{"postfix", "3.8.6-1build2", "amd64"}}, {{"postfix.service", "postfix", "Postfix Mail Transport Agent", UnitStart::Running}}}}};
  return roles;
}

const std::map<std::string, RoleProfile, std::less<>>& redhat_roles() {
  static const std::map<std::string, RoleProfile, std::less<>> roles{
      {"web",
       {{{"httpd", "2.4.57-8.el9", "x86_64"},
         {"httpd-core", "2.4.57-8.el9", "x86_64"},
         {"httpd-tools", "2.4.57-8.el9", "x86_64"},
         {"mod_http2", "2.0.26-2.el9_4", "x86_64"}},
        {{"httpd.service", "httpd", "The Apache HTTP Server", UnitStart::Running}}}},
      {"database",
       {{{"postgresql-server", "15.6-1.module_el9.4.0+92", "x86_64"},
         {"postgresql", "15.6-1.module_el9.4.0+92", "x86_64"},
         {"libpq", "13.11-1.el9", "x86_64"}},
        {{"postgresql.service", "postgresql-server", "PostgreSQL database server", UnitStart::Running}}}},
      {"cache",
       {{{"redis", "6.2.7-1.el9", "x86_64"}}, {{"redis.service", "redis", "Redis persistent key-value database", UnitStart::Running}}}},
      {"mail",
       {{{"postfix", "2:3.5.25-1.el9", "x86_64"}}, {{"postfix.service", "postfix", "Postfix Mail Transport Agent", UnitStart::Running}}}}};
  return roles;
}

}  // namespace

const OsProfile* find_profile(std::string_view id) {
  const auto found = profiles().find(id);
  return found == profiles().end() ? nullptr : &found->second;
}

std::vector<std::string> profile_ids() {
  std::vector<std::string> ids;
  for (const auto& [id, os] : profiles()) ids.push_back(id);
  return ids;
}

const RoleProfile* find_role(const OsProfile& os, std::string_view role) {
  const auto& roles = os.family == Family::Debian ? debian_roles() : redhat_roles();
  const auto found = roles.find(role);
  return found == roles.end() ? nullptr : &found->second;
}

}  // namespace spm::sandbox
