#include "file_observer.hpp"

#include <string>

#include "platos/cpp/services.hpp"
#include "record_line.hpp"

namespace platos::observer_file {
namespace {

enum Reason : std::size_t { kWriteFailed, kTorn, kUnknownKind };

}  // namespace

FileObserver::FileObserver(sdk::Host host, std::string_view config_json)
    : Observer(host),
      config_(parse_config(config_json)),
      file_(sdk::state_dir(host) + "/trace.jsonl", config_.max_bytes, config_.keep),
      losses_(host, "trace.jsonl", "file_dropped_total", {"write_failed", "torn", "unknown_kind"}) {}

FileObserver::~FileObserver() {
  try {
    file_.flush();
    account();
    losses_.report_now();
  } catch (const std::bad_alloc&) {
    // The instance ends; there is nobody to tell.
  }
}

void FileObserver::consume(sdk::Call call, std::span<const platos_record_t* const> records) {
  losses_.open(call);
  for (const platos_record_t* record : records) {
    const std::string line = record_line(*record, config_.max_text_bytes);
    if (line.empty()) {
      losses_.add(kUnknownKind, 1);
    } else {
      file_.append(line);
    }
  }
  lost_since_flush_ |= account();
  losses_.report();
}

void FileObserver::flush(sdk::Call call) {
  losses_.open(call);
  file_.flush();
  const bool lost = account() || lost_since_flush_;
  lost_since_flush_ = false;
  losses_.report();
  if (lost) throw sdk::Error(PLATOS_UNAVAILABLE, "trace.jsonl: lines were lost, see file_dropped_total and the log");
}

bool FileObserver::account() {
  const TraceFile::Trouble trouble = file_.take_trouble();
  losses_.add(kTorn, trouble.torn_lines);
  losses_.add(kWriteFailed, trouble.lost_lines, trouble.reason);
  return trouble.lost_lines > 0;
}

}  // namespace platos::observer_file
