#pragma once
// Reachability, boots and snapshots of a system. World functions; guarded by the simulation's mutex.

#include <optional>

#include "sandbox/world.hpp"

namespace spm::sandbox {

// The minion and the exporter stop answering, or answer again; nothing on the system changes.
void set_reachable(World& world, Host& host, bool online);

// After `delay` of simulated time it goes down, and a minute later it is back with a new boot id.
void begin_reboot(World& world, Host& host, Seconds delay, const json::object& cause);

int create_snapshot(World& world, Host& host, const std::string& description, const std::string& cleanup, const json::object& cause);

struct Undone {
  int created = 0;
  int modified = 0;
  int deleted = 0;
};
// Brings packages, reboot flags and effects back; services keep their state until somebody restarts them. nullopt: no such snapshot.
std::optional<Undone> undo_to_snapshot(World& world, Host& host, int number, const json::object& cause);
bool delete_snapshot(World& world, Host& host, int number, const json::object& cause);

}  // namespace spm::sandbox
