#pragma once
// SPM-SYNC of either generation over the world's errata (the catalogue of 2.x, the push-only 3.x). Its answers are what clients trip over:
// ignored offsets, two date forms, severities that are null. Immutable after construction but for the switch; safe from any thread.

#include <atomic>
#include <string>
#include <vector>

#include "http/server.hpp"
#include "sandbox/simulation.hpp"

namespace spm::sandbox {

class SpmSync {
 public:
  SpmSync(Simulation& simulation, SpmSyncSpec spec);

  [[nodiscard]] http::Reply handle(const http::Request& request) const;
  void set_generation(int generation) { generation_ = generation; }
  void set_honour_offset(bool honour) { honour_offset_ = honour; }

 private:
  [[nodiscard]] http::Reply health(bool detailed) const;
  [[nodiscard]] http::Reply errata(const http::Request& request) const;
  [[nodiscard]] http::Reply packages(const std::string& advisory) const;
  [[nodiscard]] http::Reply pushes_only(const http::Request& request) const;

  Simulation& simulation_;
  SpmSyncSpec spec_;
  std::atomic<int> generation_;
  std::atomic<bool> honour_offset_;
  std::vector<std::size_t> newest_first_;  // indexes into the world's errata, which never change
};

}  // namespace spm::sandbox
