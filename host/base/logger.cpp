#include "base/logger.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace platos::base {
namespace {

constexpr std::size_t kMinSecretBytes = 8;

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warn: return "warn";
    case LogLevel::Error: return "error";
    case LogLevel::Unspecified: break;
  }
  return "info";
}

void append_value(std::string& line, const LogField& field, const Logger& logger) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_json_string(line, logger.redacted(std::string(*text)));
  } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    line += std::to_string(*number);
  } else {
    line += std::get<bool>(field.value) ? "true" : "false";
  }
}

}  // namespace

Logger::Logger(const Clock& clock, LogLevel lowest, LogFormat format, const std::string& file)
    : clock_(clock), lowest_(lowest), format_(format) {
  if (file.empty()) {
    sink_ = std::make_shared<spdlog::logger>("platos", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  } else {
    sink_ = std::make_shared<spdlog::logger>("platos", std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
  }
  sink_->set_pattern("%v");
  sink_->set_level(spdlog::level::trace);
  sink_->flush_on(spdlog::level::trace);
}

Logger::~Logger() = default;

void Logger::hide(std::string secret) {
  if (secret.size() < kMinSecretBytes) return;
  const std::lock_guard lock(secrets_mutex_);
  // Longest first: one secret may be the beginning of another.
  const auto longer = [](const std::string& left, const std::string& right) { return left.size() > right.size(); };
  secrets_.insert(std::upper_bound(secrets_.begin(), secrets_.end(), secret, longer), std::move(secret));
}

std::string Logger::redacted(std::string text) const {
  const std::lock_guard lock(secrets_mutex_);
  for (const auto& secret : secrets_) redact(text, secret);
  return text;
}

void Logger::log(LogLevel level, std::string_view room, std::string_view message,
                 std::initializer_list<LogField> fields) {
  if (level < lowest_) return;
  const std::string line = render(level, room, redacted(std::string(message)), fields);
  sink_->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::string Logger::render(LogLevel level, std::string_view room, std::string_view message,
                           std::initializer_list<LogField> fields) const {
  std::string line;
  const std::string time = format_iso8601(clock_.wall_us());
  if (format_ == LogFormat::Text) {
    line += time;
    line += ' ';
    line += level_name(level);
    line += ' ';
    line += room;
    line += ": ";
    std::string one_line(message);
    std::replace_if(
        one_line.begin(), one_line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    line += one_line;
    for (const auto& field : fields) {
      line += ' ';
      line += field.name;
      line += '=';
      append_value(line, field, *this);
    }
    return line;
  }
  line += R"({"time":")";
  line += time;
  line += R"(","level":")";
  line += level_name(level);
  line += R"(","room":)";
  append_json_string(line, room);
  line += R"(,"message":)";
  append_json_string(line, message);
  for (const auto& field : fields) {
    line += ',';
    append_json_string(line, field.name);
    line += ':';
    append_value(line, field, *this);
  }
  line += '}';
  return line;
}

}  // namespace platos::base
