#include "spmctl/profiles.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/json_access.hpp"

namespace spm::spmctl {
namespace {

tl::unexpected<Error> refused(std::string message) { return fail(ErrorCode::ValidationError, std::move(message)); }

Result<Profile> read_profile(const json::value& value) {
  const auto object = as_object(value);
  if (!object) return tl::unexpected<Error>(object.error());
  const auto url = required_string(**object, "url", {}, {.max_bytes = 2048, .may_be_empty = false});
  const auto key = optional_string(**object, "key", {}, {.max_bytes = 1024});
  const auto ca_file = optional_string(**object, "ca_file");
  const auto verify = optional_bool(**object, "verify_tls");
  for (const auto* error : {url ? nullptr : &url.error(), key ? nullptr : &key.error(), ca_file ? nullptr : &ca_file.error(),
                            verify ? nullptr : &verify.error()}) {
    if (error != nullptr) return tl::unexpected<Error>(*error);
  }
  return Profile{*url, key->value_or(""), ca_file->value_or(""), verify->value_or(true)};
}

Result<Profiles> parse(const std::string& text) {
  const auto document = parse_json(text);
  if (!document) return tl::unexpected<Error>(document.error());
  const auto root = as_object(*document);
  if (!root) return tl::unexpected<Error>(root.error());
  const auto current = optional_string(**root, "current");
  const auto all = required_object(**root, "profiles");
  if (!current) return tl::unexpected<Error>(current.error());
  if (!all) return tl::unexpected<Error>(all.error());
  Profiles profiles{current->value_or(""), {}};
  for (const auto& [name, value] : **all) {
    auto profile = read_profile(value);
    if (!profile) return tl::unexpected<Error>(profile.error());
    profiles.all.emplace(name, std::move(*profile));
  }
  return profiles;
}

}  // namespace

std::filesystem::path profiles_file() {
  const char* config = std::getenv("XDG_CONFIG_HOME");
  if (config != nullptr && *config == '/') return std::filesystem::path(config) / "spmctl" / "config.json";
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr && *home != '\0' ? home : "/") / ".config" / "spmctl" / "config.json";
}

Result<Profiles> read_profiles(const std::filesystem::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return Profiles{};
    return refused(fmt::format("{} cannot be read: {}", file.string(), std::strerror(errno)));
  }
  if (status.st_uid != ::geteuid()) return refused(fmt::format("{} belongs to another user; it holds keys and is not used", file.string()));
  if ((status.st_mode & 077U) != 0)
    return refused(
        fmt::format("{0} holds keys and others may open it (mode {1:04o}); run: chmod 600 {0}", file.string(), status.st_mode & 07777U));
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return refused(fmt::format("{} cannot be read", file.string()));
  auto profiles = parse(text.str());
  if (!profiles) return refused(fmt::format("{} makes no sense: {}; mend it or remove it", file.string(), profiles.error().message));
  return profiles;
}

Result<void> write_profiles(const std::filesystem::path& file, const Profiles& profiles) {
  json::object all;
  for (const auto& [name, profile] : profiles.all)
    all[name] = {{"url", profile.url}, {"key", profile.key}, {"ca_file", profile.ca_file}, {"verify_tls", profile.verify_tls}};
  const auto text = json::serialize(json::object{{"current", profiles.current}, {"profiles", std::move(all)}}) + "\n";
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  const auto temporary = fmt::format("{}.{}", file.string(), ::getpid());
  const auto failed = [&] {
    const auto why = refused(fmt::format("{} cannot be written: {}", file.string(), std::strerror(errno)));
    ::unlink(temporary.c_str());
    return why;
  };
  const int out = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);  // NOLINT(cppcoreguidelines-pro-type-vararg)
  if (out < 0) return failed();
  const bool is_written = ::write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(out) == 0;
  if ((::close(out) != 0) || !is_written) return failed();
  if (::rename(temporary.c_str(), file.c_str()) != 0) return failed();
  return {};
}

Result<std::string> checked_url(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  const bool is_web = url.starts_with("http://") || url.starts_with("https://");
  const auto rest = is_web ? url.substr(url.find("://") + 3) : "";
  if (rest.empty() || rest.find_first_of("@?# \t\r\n") != std::string::npos)
    return refused(fmt::format("'{}' is no address of a service; it looks like https://spm.example.org:5001", url));
  return url;
}

Result<Profile> choose(const Profiles& profiles, const Choice& choice) {
  const auto& name = choice.profile.empty() ? profiles.current : choice.profile;
  Profile profile;
  if (const auto found = profiles.all.find(name); found != profiles.all.end()) {
    profile = found->second;
  } else if (!choice.profile.empty()) {
    return refused(fmt::format("there is no profile '{}'; 'spmctl profile list' shows them", name));
  }
  // Naming a profile says more than the environment does.
  const auto named = !choice.server.empty() ? choice.server : choice.profile.empty() ? choice.env_url : "";
  if (!named.empty()) {
    auto url = checked_url(named);
    if (!url) return tl::unexpected<Error>(url.error());
    if (*url != profile.url) profile = Profile{*url, "", "", true};
  }
  if (profile.url.empty())
    return refused("which service? Say 'spmctl profile add NAME --url https://HOST:5001', set SPMCTL_URL, or give --server");
  if (!choice.env_key.empty() && choice.profile.empty()) profile.key = choice.env_key;
  return profile;
}

}  // namespace spm::spmctl
