#pragma once
// A fixed number of threads that run submitted jobs, with a bounded queue in front. The server's handlers run here.
// Safe from any thread. A job must not throw.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace spm::http {

class WorkerPool {
 public:
  using Job = std::function<void()>;

  WorkerPool(std::size_t threads, std::size_t max_queue);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when the queue is full or the pool stops: the job was not taken and will not run.
  [[nodiscard]] bool try_submit(Job job);
  // Waits for running jobs; jobs that still wait are dropped. Safe to call twice.
  void stop();

 private:
  void run(const std::stop_token& stop);

  const std::size_t max_queue_;
  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Job> queue_;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace spm::http
