#pragma once
// Signals as values: blocked in every thread, waited for in one place.

#include <chrono>
#include <optional>

namespace spm::cli {

enum class Signal { Stop, Reopen };  // Stop: SIGTERM or SIGINT; Reopen: SIGHUP (log rotation)

// To be called by main() before any thread starts, so that all threads inherit the mask. Ignores SIGPIPE.
void block_signals();

// Waits at most `wait` for one of them.
[[nodiscard]] std::optional<Signal> wait_for_signal(std::chrono::milliseconds wait);

}  // namespace spm::cli
