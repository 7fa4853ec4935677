#pragma once
// UYUNI's local times without zone, in both directions: there is no call that tells the server's zone, so it is configured
// (uyuni-xmlrpc 15, "Dates"). Immutable; safe from any thread. Wrong texts are ValidationErrors.

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "net/xmlrpc.hpp"

namespace date {
class time_zone;
}

namespace spm::uyuni {

// What the hour that occurs twice in autumn stands for.
enum class Ambiguous { Earlier, Later };

class ServerTimeZone {
 public:
  // An IANA name: "Europe/Rome", "UTC".
  [[nodiscard]] static Result<ServerTimeZone> named(const std::string& name);

  // "20260131T09:05:00". A time that the change to summer time skips is the instant of that change.
  [[nodiscard]] Result<Time> to_utc(const xmlrpc::LocalDateTime& local, Ambiguous choice = Ambiguous::Earlier) const;
  // "2026-01-31 09:05:00.123": Java's Timestamp text.
  [[nodiscard]] Result<Time> timestamp_to_utc(std::string_view text) const;
  // A day's first instant: "2026-01-31" or, from errata.getDetails and servers before 2021.08, "1/31/26".
  [[nodiscard]] Result<Time> day_to_utc(std::string_view text) const;

  [[nodiscard]] xmlrpc::LocalDateTime to_local(Time instant) const;
  // For an `earliest` parameter: never in the past (UYUNI rejects what is a day late), and never inside the hour that occurs twice:
  // what is due at once stays due at once, anything else moves to the end of that hour.
  [[nodiscard]] xmlrpc::LocalDateTime schedule_time(Time earliest, Time now) const;

 private:
  explicit ServerTimeZone(const date::time_zone* zone) : zone_(zone) {}
  [[nodiscard]] bool is_ambiguous(Time instant) const;

  const date::time_zone* zone_;
};

}  // namespace spm::uyuni
