// Log lines: one JSON object a line on stderr, or text on a terminal. Secrets are replaced before a byte leaves.
#pragma once

#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.hpp"

namespace spdlog {
class logger;
}

namespace platos::base {

enum class LogLevel { Unspecified, Debug, Info, Warn, Error };
enum class LogFormat { Unspecified, Json, Text };

/// A field of a line. Names are snake_case: run, thread, plugin, request_id, code ...
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view field, std::string_view text) : name(field), value(text) {}
  LogField(std::string_view field, const std::string& text) : name(field), value(std::string_view(text)) {}
  LogField(std::string_view field, const char* text) : name(field), value(std::string_view(text)) {}
  LogField(std::string_view field, std::int64_t number) : name(field), value(number) {}
  LogField(std::string_view field, int number) : name(field), value(std::int64_t{number}) {}
  LogField(std::string_view field, std::size_t number) : name(field), value(static_cast<std::int64_t>(number)) {}
  LogField(std::string_view field, bool flag) : name(field), value(flag) {}
};

/// Internally synchronised. Passed by reference to whoever logs; there is no global one.
class Logger {
 public:
  /// Writes to stderr through spdlog. `file`: a path to write to instead, for tests.
  Logger(const Clock& clock, LogLevel lowest, LogFormat format, const std::string& file = {});
  ~Logger();

  /// From now on this text appears in no line. Texts under 8 bytes are ignored: they would redact ordinary words.
  void hide(std::string secret);

  void log(LogLevel level, std::string_view room, std::string_view message,
           std::initializer_list<LogField> fields = {});
  void debug(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::Debug, room, message, fields);
  }
  void info(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::Info, room, message, fields);
  }
  void warn(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::Warn, room, message, fields);
  }
  void error(std::string_view room, std::string_view message, std::initializer_list<LogField> fields = {}) {
    log(LogLevel::Error, room, message, fields);
  }
  LogLevel lowest() const { return lowest_.load(std::memory_order_relaxed); }
  void set_lowest(LogLevel lowest) { lowest_.store(lowest, std::memory_order_relaxed); }

  /// `text` with every hidden secret replaced by "[redacted]". For texts that leave by other ways, such as errors.
  std::string redacted(std::string text) const;

 private:
  std::string render(LogLevel level, std::string_view room, std::string_view message,
                     std::initializer_list<LogField> fields) const;

  const Clock& clock_;
  std::atomic<LogLevel> lowest_;
  LogFormat format_;
  std::shared_ptr<spdlog::logger> sink_;
  mutable std::mutex secrets_mutex_;
  std::vector<std::string> secrets_;
};

}  // namespace platos::base
