#include "load/process_usage.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace platos::bench {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 16;

void add_cpu(const std::string& folder, ProcessUsage& usage) {
  std::ifstream file(folder + "/stat");
  std::string text;
  std::getline(file, text);
  const auto name_end = text.rfind(')');  // the name may hold spaces
  if (name_end == std::string::npos) return;
  std::istringstream fields(text.substr(name_end + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  usage.cpu_ms += (user + system) * 1000 / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void add_memory(const std::string& folder, ProcessUsage& usage) {
  std::ifstream file(folder + "/statm");
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  if (file >> total_pages >> resident_pages) usage.resident_kib += resident_pages * ::sysconf(_SC_PAGESIZE) / 1024;
}

void add_process(int pid, int depth, ProcessUsage& usage) {
  const std::string folder = "/proc/" + std::to_string(pid);
  add_cpu(folder, usage);
  add_memory(folder, usage);
  if (depth == kMaxDepth) return;
  std::error_code gone;
  for (fs::directory_iterator thread(folder + "/task", gone), end; !gone && thread != end; thread.increment(gone)) {
    std::ifstream children(thread->path() / "children");
    for (int child = 0; children >> child;) add_process(child, depth + 1, usage);
  }
}

}  // namespace

ProcessUsage usage_of(const std::vector<int>& pids) {
  ProcessUsage usage;
  for (const int pid : pids) add_process(pid, 0, usage);
  return usage;
}

}  // namespace platos::bench
