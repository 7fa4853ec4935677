#pragma once
// Session keys: a row number, 'x' and 64 hexadecimal digits; sliding (uyuni-xmlrpc 1.7). A look-up does not check the expiry: a key dies
// when the clean-up task removes a row that is two lifetimes past it. Guarded by the simulation's mutex.

#include <map>
#include <string>
#include <variant>

#include "base/time.hpp"
#include "net/xmlrpc.hpp"

namespace spm::sandbox::uyuni {

class Sessions {
 public:
  explicit Sessions(std::chrono::seconds lifetime) : lifetime_(lifetime) {}

  [[nodiscard]] std::string open(const std::string& login, std::chrono::seconds duration, const std::string& hex, Time now);
  // The login of this key, or the fault of a dead one. Pushes the expiry on.
  [[nodiscard]] std::variant<std::string, xmlrpc::Fault> find(const std::string& key, Time now);
  void close(const std::string& key);
  void drop_all() { rows_.clear(); }
  [[nodiscard]] std::chrono::seconds lifetime() const { return lifetime_; }
  [[nodiscard]] static bool looks_like_key(const std::string& text);

 private:
  struct Row {
    std::string key;
    std::string login;
    Time expires;
  };
  void clean_up(Time now);

  std::chrono::seconds lifetime_;
  std::map<std::int64_t, Row> rows_;
  std::int64_t next_ = 42;
};

}  // namespace spm::sandbox::uyuni
