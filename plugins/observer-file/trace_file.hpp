// A file of lines that rotates by size: trace.jsonl, then trace.jsonl.1 (the newest old one), trace.jsonl.2 and so on.
//
// Lines are kept in a buffer until it is full or flush() is called. The file holds whole lines only: what a full disk
// or a killed process left of one is cut off. Mode 0600. Nothing throws but std::bad_alloc; troubles are kept to be
// asked for. Not thread-safe; one process at a time per file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace platos::observer_file {

class TraceFile {
 public:
  /// What went wrong since it was asked for last.
  struct Trouble {
    std::uint64_t lost_lines = 0;  ///< could not be written
    std::uint64_t torn_lines = 0;  ///< the unfinished end of a former process, cut off
    std::string reason;            ///< of lost_lines: what the system said
  };

  /// Opens nothing yet. `max_bytes` of one file, at least as long as a line; `keep` old files.
  TraceFile(std::string path, std::int64_t max_bytes, int keep);
  /// Writes what is buffered.
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  /// `line` ends with '\n', which it holds nowhere else.
  void append(std::string_view line);

  /// Hands the buffer to the system (there is no fsync: a power cut may cost the last seconds). Lines that cannot be
  /// written are lost; the next ones are tried again.
  void flush();

  Trouble take_trouble();

 private:
  bool open_file();
  bool cut_torn_end();
  bool rotate();
  bool write_lines(std::string_view lines);
  void lose_rest(std::string_view action, std::string_view lines);
  void close_file();

  const std::string path_;
  const std::int64_t max_bytes_;
  const int keep_;
  int file_ = -1;
  std::int64_t size_ = 0;
  std::string buffer_;
  Trouble trouble_;
};

}  // namespace platos::observer_file
