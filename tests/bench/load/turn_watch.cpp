#include "load/turn_watch.hpp"

#include <charconv>
#include <ctime>

namespace platos::bench {
namespace {

constexpr std::size_t kStampDigits = 16;

std::string_view text_member(std::string_view json, std::string_view quoted_name) {
  const auto at = json.find(quoted_name);
  if (at == std::string_view::npos) return {};
  const std::string_view value = json.substr(at + quoted_name.size());
  return value.starts_with(":\"") ? value.substr(2, value.find('"', 2) - 2) : std::string_view{};
}

}  // namespace

std::int64_t monotonic_us() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
}

void TurnWatch::begin() {
  rest_.clear();
  error_code_.clear();
  done_ = false;
}

std::int64_t TurnWatch::take_stamp(std::string_view& text) {
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@')) {
    text.remove_prefix(at + 1);
    if (text.size() <= kStampDigits) break;
    std::int64_t stamp = 0;
    const auto read = std::from_chars(text.data(), text.data() + kStampDigits, stamp);
    if (read.ec != std::errc() || read.ptr != text.data() + kStampDigits || text[kStampDigits] != '@') continue;
    text.remove_prefix(kStampDigits + 1);
    return stamp;
  }
  text = {};
  return 0;
}

void TurnWatch::on_event(std::string_view event) {
  if (wire_ == Wire::Vendor) {
    if (event == "[DONE]") done_ = true;
    return;
  }
  constexpr std::string_view kType = R"({"type":")";
  if (!event.starts_with(kType)) return;
  const std::string_view type = event.substr(kType.size(), event.find('"', kType.size()) - kType.size());
  if (type == "done") {
    done_ = true;
  } else if (type == "meta") {
    thread_id_ = text_member(event, R"("thread_id")");
  } else if (type == "error") {
    error_code_ = text_member(event, R"("code")");
  }
}

}  // namespace platos::bench
