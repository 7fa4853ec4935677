#pragma once
// Entries of a long answer that were refused alone, so that one bad row does not cost the whole answer: counted, and told once.

#include <functional>
#include <string>
#include <string_view>

namespace spm::net {

// Upstream, call, how many entries, and what was wrong with the first of them. Called from whatever thread made the call.
using SkipObserver = std::function<void(std::string_view upstream, std::string_view call, std::size_t count, std::string_view example)>;

class SkipCount {
 public:
  void add(std::string_view reason) {
    if (count_++ == 0) example_ = reason.substr(0, 200);
  }
  void tell(const SkipObserver& observer, std::string_view upstream, std::string_view call) const {
    if (count_ > 0 && observer) observer(upstream, call, count_, example_);
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
  std::string example_;
};

}  // namespace spm::net
