#include "db/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h declares it for GNU extensions only

namespace spm::db {
namespace {

constexpr std::size_t kKeptOutput = 4096;

std::string read_all(int descriptor) {
  std::string output;
  std::array<char, 4096> buffer{};
  while (true) {
    const auto count = read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return output;
    output.append(buffer.data(), static_cast<std::size_t>(count));
    if (output.size() > kKeptOutput) output.erase(0, output.size() - kKeptOutput);
  }
}

int wait_for(pid_t process) {
  int status = 0;
  while (waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Finished run_process(std::vector<std::string> arguments, RunAs user) {
  if (user == RunAs::Postgres && geteuid() == 0) arguments.insert(arguments.begin(), {"runuser", "-u", "postgres", "--"});
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);

  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {127, std::strerror(errno)};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);  // sockets of ours must not live on in a database server
  pid_t process = -1;
  const int problem = posix_spawnp(&process, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  Finished finished{127, problem == 0 ? "" : std::strerror(problem)};
  if (problem == 0) {
    finished.output = read_all(ends[0]);
    finished.exit_code = wait_for(process);
  }
  close(ends[0]);
  return finished;
}

}  // namespace spm::db
