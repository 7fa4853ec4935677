#include "auth/password_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace spm::auth {
namespace {

constexpr std::size_t kMinRest = 6;       // characters that are left when all that is guessed first was taken away
constexpr std::size_t kMinDifferent = 5;  // different ones among them
constexpr std::size_t kShortestName = 3;

// What guessers try first, with digits and signs for letters already read as letters. Longer words before their parts.
constexpr std::array<std::string_view, 84> kCommon{
    "administrator", "spmorchestrator", "orchestrator", "qwertyuiop", "1qaz2wsx3edc", "passphrase", "passwords", "password",  "passwort",
    "changeme",      "changethis",      "secretkey",    "superuser",  "starwars",     "princess",   "sunshine",  "football",  "baseball",
    "iloveyou",      "trustnoone",      "trustno",      "whatever",   "computer",     "internet",   "security",  "server",    "linux",
    "ubuntu",        "debian",          "redhat",       "suse",       "uyuni",        "salt",       "postgres",  "database",  "default",
    "letmein",       "welcome",         "willkommen",   "benvenuto",  "qwertz",       "qwerty",     "azerty",    "asdfghjkl", "asdfgh",
    "zxcvbnm",       "zxcvb",           "qazwsx",       "abcdefgh",   "abcdef",       "abcabc",     "monkey",    "dragon",    "master",
    "shadow",        "superman",        "batman",       "pokemon",    "michael",      "freedom",    "hello",     "login",     "secret",
    "geheim",        "segreto",         "admin",        "root",       "guest",        "user",       "test",      "demo",      "temp",
    "spring",        "summer",          "autumn",       "winter",     "january",      "december",   "monday",    "friday",    "ciao",
    "forza",         "juventus",        "pass"};

char as_letter(char c) {
  switch (c) {
    case '0': return 'o';
    case '1': return 'i';
    case '3': return 'e';
    case '4':
    case '@': return 'a';
    case '5':
    case '$': return 's';
    case '7': return 't';
    default: return c;
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

std::string as_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), as_letter);
  return text;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

// Takes every occurrence of `word` out of the text and of its reading as letters, which have the same length.
void take_away(std::string& text, std::string& read, std::string_view word) {
  for (auto at = read.find(word); at != std::string::npos; at = read.find(word, at)) {
    text.erase(at, word.size());
    read.erase(at, word.size());
  }
}

// "1234", "9876", "aaaa", "efgh" add nothing but their first character.
std::string without_runs(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int step = i == 0 ? 99 : text[i] - text[i - 1];
    if (step < -1 || step > 1) out += text[i];
  }
  return out;
}

std::string not_guessed(std::string_view password, const std::vector<std::string>& names) {
  auto text = lower(password);
  auto read = as_letters(text);
  for (const auto& name : names) {
    std::string part;
    for (const char c : lower(name) + " ") {
      if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
        part += c;
        continue;
      }
      if (part.size() >= kShortestName) take_away(text, read, as_letters(part));
      part.clear();
    }
  }
  for (const auto word : kCommon) take_away(text, read, as_letters(std::string(word)));
  return without_runs(text);
}

}  // namespace

std::optional<std::string> problem_with_password(std::string_view password, const std::vector<std::string>& names) {
  const auto length = characters(password);
  if (length < kMinPasswordLength) return fmt::format("must have at least {} characters", kMinPasswordLength);
  if (length > kMaxPasswordLength) return fmt::format("must have at most {} characters", kMaxPasswordLength);
  const auto rest = not_guessed(password, names);
  if (characters(rest) < kMinRest || std::set<char>(rest.begin(), rest.end()).size() < kMinDifferent) {
    return "is too easy to guess: it is made of words, names and sequences that are tried first; take a few words of your own";
  }
  return std::nullopt;
}

}  // namespace spm::auth
