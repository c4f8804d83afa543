#include "extension/loader/markers.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "base/text.hpp"
#include "extension/loader/crash_note.hpp"
#include "extension/loader/manifest.hpp"

namespace platos::extension {
namespace {

namespace fs = std::filesystem;
constexpr int kMaxAttempts = 3;
constexpr std::int64_t kRestartWindowUs = 600LL * 1'000'000;

void write_through(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return;
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written) ::fsync(fd);
  ::close(fd);
  const int folder = ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  ::fsync(folder);
  ::close(folder);
}

}  // namespace

Markers::Markers(std::string data_dir, const base::Clock& clock)
    : folder_(std::move(data_dir) + "/plugin-state"), clock_(clock) {
  std::error_code ignored;
  fs::create_directories(folder_ + "/loading", ignored);
  fs::create_directories(folder_ + "/quarantine", ignored);
}

std::string Markers::loading_path(const std::string& plugin_id) const { return folder_ + "/loading/" + plugin_id; }
std::string Markers::quarantine_path(const std::string& plugin_id) const {
  return folder_ + "/quarantine/" + plugin_id;
}

int Markers::loading_attempts(const std::string& plugin_id) const {
  const auto text = read_small_file(loading_path(plugin_id));
  std::uint64_t attempts = 0;
  if (text) base::parse_uint64(base::split(*text, '\n').front(), attempts);
  return static_cast<int>(std::min<std::uint64_t>(attempts, kMaxAttempts));
}

void Markers::begin_loading(const std::string& plugin_id) {
  CrashNote::arm(loading_path(plugin_id), std::to_string(loading_attempts(plugin_id) + 1) + "\n");
}

void Markers::end_loading(const std::string& plugin_id) {
  CrashNote::disarm();
  std::error_code ignored;
  fs::remove(loading_path(plugin_id), ignored);
}

void Markers::adopt_crashed_loads() {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_ + "/loading", ignored)) {
    const std::string plugin_id = entry.path().filename().string();
    const auto note = read_small_file(entry.path().string());
    const bool guilty = note && note->find(CrashNote::kMark) != std::string::npos;
    if (!guilty && loading_attempts(plugin_id) < kMaxAttempts) continue;
    quarantine(plugin_id, guilty ? "crashed during load: the daemon ended while this plugin was being loaded"
                                 : "crashed during load: the daemon ended three times in a row while this plugin was "
                                   "being loaded");
    fs::remove(entry.path(), ignored);
  }
}

void Markers::quarantine(const std::string& plugin_id, const std::string& reason) {
  write_through(quarantine_path(plugin_id), base::format_iso8601(clock_.wall_us()) + " " + reason + "\n");
}

std::optional<std::string> Markers::quarantined(const std::string& plugin_id) const {
  const std::string path = quarantine_path(plugin_id);
  const auto text = read_small_file(path);
  if (!text) return std::nullopt;
  return std::string(base::trim(*text)) + "; delete " + path + " and restart to try it again";
}

int Markers::note_restart() {
  const std::string path = folder_ + "/restarts";
  std::string kept;
  int recent = 1;
  const auto text = read_small_file(path);
  for (const auto line : base::split(text ? std::string_view(*text) : std::string_view(), '\n')) {
    std::uint64_t at_us = 0;
    if (!base::parse_uint64(line, at_us)) continue;
    if (static_cast<std::int64_t>(at_us) + kRestartWindowUs < clock_.wall_us()) continue;
    kept += std::string(line) + "\n";
    ++recent;
  }
  write_through(path, kept + std::to_string(clock_.wall_us()) + "\n");
  return recent;
}

}  // namespace platos::extension
