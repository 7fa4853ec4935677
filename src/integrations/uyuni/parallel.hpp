#pragma once
// A bounded number of calls at the same time over the parts of a list. The first error ends it: parts not yet begun are not begun.

#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace spm::uyuni {

// `work` is called from several threads at once, each with a part of at most `part_size` items. What it throws is thrown here.
template <class Item, class Part>
[[nodiscard]] Result<std::vector<Part>> in_parallel(std::span<const Item> items, std::size_t part_size, int threads,
                                                    const std::function<Result<Part>(std::span<const Item>)>& work) {
  const std::size_t parts = (items.size() + part_size - 1) / part_size;
  std::vector<Part> results(parts);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Error> error;
  std::exception_ptr thrown;
  const auto run = [&] {
    try {
      for (std::size_t i = next++; i < parts; i = next++) {
        auto result = work(items.subspan(i * part_size, std::min(part_size, items.size() - i * part_size)));
        if (result) {
          results[i] = std::move(*result);
          continue;
        }
        const std::lock_guard lock(mutex);
        if (!error) error = std::move(result.error());
        next = parts;
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      thrown = std::current_exception();
      next = parts;
    }
  };
  {
    std::vector<std::jthread> workers;
    for (std::size_t n = 1; n < std::min(parts, static_cast<std::size_t>(std::max(threads, 1))); ++n) workers.emplace_back(run);
    run();
  }
  if (thrown) std::rethrow_exception(thrown);
  if (error) return tl::unexpected<Error>(std::move(*error));
  return results;
}

}  // namespace spm::uyuni
