#include "common/bounded_json.hpp"

#include <cstddef>
#include <iterator>

#include "common/characters.hpp"
#include "platos/cpp/error.hpp"

namespace platos::plugin_common {

using nlohmann::json;

namespace {

constexpr std::size_t kPollMask = 0xFFFF;

/// Goes through text, and calls `poll` on the way.
class PollingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  PollingIterator(const char* at, const std::function<void()>& poll) : at_(at), poll_(&poll) {}

  reference operator*() const { return *at_; }
  PollingIterator& operator++() {
    ++at_;
    if ((++steps_ & kPollMask) == 0) (*poll_)();
    return *this;
  }
  PollingIterator operator++(int) {
    const PollingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const PollingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const PollingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const std::function<void()>* poll_;
  std::size_t steps_ = 0;
};

template <typename Iterator>
json parse_between(Iterator begin, Iterator end, std::string_view what, int depth_limit) {
  // Neither call recurses, whatever the depth; the callback stops before a deep tree is built.
  if (!json::accept(begin, end)) refuse(what, "a JSON object", "text that is not JSON");
  const json::parser_callback_t check_depth = [&](int depth, json::parse_event_t event, json&) {
    const bool opens = event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && depth >= depth_limit) {
      refuse(what, "at most " + std::to_string(depth_limit) + " levels of nesting", "more");
    }
    return true;
  };
  json value = json::parse(begin, end, check_depth);
  if (!value.is_object()) refuse(what, "a JSON object", describe(value));
  return value;
}

}  // namespace

void refuse(std::string_view what, std::string_view expected, std::string_view found) {
  std::string message(what);
  message.append(": expected ").append(expected).append(", found ").append(found);
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, message);
}

std::string describe(const json& value) {
  if (value.is_string()) {
    const std::size_t count = character_count(value.get_ref<const std::string&>());
    return "a string of " + std::to_string(count) + (count == 1 ? " character" : " characters");
  }
  if (value.is_number()) return "the number " + value.dump();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_array()) return "an array";
  if (value.is_object()) return "an object";
  return "null";
}

std::string in_quotes(std::string_view name) {
  const std::string_view shown = first_characters(name, 40);
  std::string text = "\"";
  text.append(shown).append(shown.size() < name.size() ? "...\"" : "\"");
  return text;
}

std::int64_t integer_between(std::string_view what, const json& value, std::int64_t least, std::int64_t most) {
  // Compared as a double, which an unsigned number beyond the signed ones fits as well.
  const double number = value.is_number_integer() ? value.get<double>() : 0;
  const bool fits = number >= static_cast<double>(least) && number <= static_cast<double>(most);
  if (!value.is_number_integer() || !fits) {
    refuse(what, "an integer from " + std::to_string(least) + " to " + std::to_string(most), describe(value));
  }
  return value.get<std::int64_t>();
}

json parse_object(std::string_view json_text, std::string_view what, int depth_limit) {
  return parse_between(json_text.begin(), json_text.end(), what, depth_limit);
}

json parse_object(std::string_view json_text, std::string_view what, int depth_limit,
                  const std::function<void()>& poll) {
  const char* const begin = json_text.data();
  return parse_between(PollingIterator(begin, poll), PollingIterator(begin + json_text.size(), poll), what,
                       depth_limit);
}

}  // namespace platos::plugin_common
