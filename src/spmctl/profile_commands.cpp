#include "spmctl/profile_commands.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>

#include "spmctl/terminal_text.hpp"

namespace spm::spmctl {
namespace {

// The terminal shows nothing of what is typed while this lives.
class NoEcho {
 public:
  NoEcho() {
    is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
    if (!is_terminal_) return;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    std::fputs("key: ", stderr);
  }
  ~NoEcho() {
    if (!is_terminal_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputs("\n", stderr);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;

 private:
  termios before_{};
  bool is_terminal_ = false;
};

Result<std::string> read_key() {
  std::string key;
  {
    const NoEcho silence;
    std::getline(std::cin, key);
  }
  while (!key.empty() && (key.back() == '\r' || key.back() == ' ')) key.pop_back();
  const bool is_printable = std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (key.empty() || key.size() > 1024 || !is_printable)
    return fail(ErrorCode::ValidationError, "no key came on standard input, or it holds blanks; --no-key makes a profile without one");
  return key;
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

Result<void> change(const std::string& name, const std::function<void(Profiles&)>& apply) {
  auto profiles = read_profiles(profiles_file());
  if (!profiles) return tl::unexpected<Error>(profiles.error());
  if (!profiles->all.contains(name)) return fail(ErrorCode::ValidationError, fmt::format("there is no profile '{}'", name));
  apply(*profiles);
  return write_profiles(profiles_file(), *profiles);
}

}  // namespace

Result<void> add_profile(NewProfile added) {
  if (!is_name(added.name)) return fail(ErrorCode::ValidationError, "a profile's name is letters, digits, '-', '_' and '.'");
  auto profiles = read_profiles(profiles_file());
  if (!profiles) return tl::unexpected<Error>(profiles.error());
  auto url = checked_url(added.profile.url);
  if (!url) return tl::unexpected<Error>(url.error());
  added.profile.url = std::move(*url);
  if (added.asks_for_key) {
    auto key = read_key();
    if (!key) return tl::unexpected<Error>(key.error());
    added.profile.key = std::move(*key);
  }
  if (added.profile.url.starts_with("http://") && !added.profile.key.empty())
    std::fputs("spmctl: note that over http:// everybody on the way can read the key\n", stderr);
  profiles->all[added.name] = std::move(added.profile);
  if (profiles->current.empty()) profiles->current = added.name;
  return write_profiles(profiles_file(), *profiles);
}

Result<void> list_profiles() {
  const auto profiles = read_profiles(profiles_file());
  if (!profiles) return tl::unexpected<Error>(profiles.error());
  for (const auto& [name, profile] : profiles->all) {
    std::printf("%s %s  %s%s%s\n", name == profiles->current ? "*" : " ", harmless(name).c_str(), harmless(profile.url).c_str(),
                profile.key.empty() ? "  without a key" : "", profile.verify_tls ? "" : "  certificate not checked");
  }
  return {};
}

Result<void> use_profile(const std::string& name) {
  return change(name, [&](Profiles& profiles) { profiles.current = name; });
}

Result<void> remove_profile(const std::string& name) {
  return change(name, [&](Profiles& profiles) {
    profiles.all.erase(name);
    if (profiles.current == name) profiles.current.clear();
  });
}

}  // namespace spm::spmctl
