#pragma once
// UYUNI's dates: the server's local time without a zone on the wire, and the Java texts of some fields (uyuni-xmlrpc 1.2, 15). Pure but for
// the zone database.

#include <optional>
#include <string>

#include "base/time.hpp"
#include "net/xmlrpc.hpp"

namespace spm::sandbox::uyuni {

class LocalTime {
 public:
  // Throws std::runtime_error for a zone that does not exist.
  explicit LocalTime(const std::string& zone);

  [[nodiscard]] xmlrpc::LocalDateTime date(Time time) const;  // 20260131T09:05:00
  [[nodiscard]] std::string day(Time time) const;             // 2026-01-31
  [[nodiscard]] std::string short_day(Time time) const;       // 1/31/26
  [[nodiscard]] std::string java(Time time) const;            // Sat Jan 31 09:05:00 CET 2026
  [[nodiscard]] std::string timestamp(Time time) const;       // 2026-01-31 09:05:00.0
  // yyyyMMdd'T'HH:mm:ss read leniently: fields roll over, what follows the seconds is ignored. An ambiguous hour is its first one.
  [[nodiscard]] std::optional<Time> parse(const std::string& text) const;

 private:
  const void* zone_;  // date::time_zone, kept out of this header for its compile cost
};

}  // namespace spm::sandbox::uyuni
