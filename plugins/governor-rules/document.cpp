#include "document.hpp"

#include <algorithm>
#include <stdexcept>

#include "platos/cpp/error.hpp"

namespace platos::governor_rules {
namespace {

constexpr std::size_t kMostDepth = 64;
constexpr std::size_t kMostValues = 200'000;
constexpr std::size_t kMostSegments = 32;

std::string segment_of(std::string_view written) {
  std::string segment;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] != '~') {
      segment += written[i];
      continue;
    }
    const char code = ++i < written.size() ? written[i] : '\0';
    if (code != '0' && code != '1') throw std::invalid_argument("a JSON pointer, where \"~\" is followed by 0 or 1");
    segment += code == '0' ? '~' : '/';
  }
  return segment;
}

// Ends behind the string that begins at `at`.
std::size_t string_end(std::string_view text, std::size_t at) noexcept {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

std::size_t scalar_end(std::string_view text, std::size_t at) noexcept {
  if (text[at] == '"') return string_end(text, at);
  return std::min(text.find_first_of(",]} \t\r\n", at), text.size());
}

}  // namespace

Path::Path(std::string_view text) {
  if (text.empty()) return;
  if (!text.starts_with('/')) throw std::invalid_argument("a JSON pointer such as /items/*/price");
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find('/'), text.size());
    segments_.push_back(segment_of(text.substr(0, end)));
    if (segments_.size() > kMostSegments) throw std::invalid_argument("a JSON pointer of at most 32 segments");
    text.remove_prefix(end);
  }
}

Document::Document(std::string text) : text_(std::move(text)) {
  if (!nlohmann::json::accept(text_)) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "the text to check is not JSON");
  scan();
}

// The text is known to be JSON, so what stands somewhere needs no second look.
void Document::scan() {
  struct Open {
    std::size_t node;
    std::size_t elements;  // of an array, so far
    bool is_array;
  };
  std::vector<Open> open;
  std::string key;
  for (std::size_t at = 0; at < text_.size();) {
    const char byte = text_[at];
    if (byte == '}' || byte == ']') {
      nodes_[open.back().node].value.end = ++at;
      nodes_[open.back().node].next = nodes_.size();
      open.pop_back();
      continue;
    }
    if (byte == ',' || byte == ':' || byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
      ++at;
      continue;
    }
    if (!open.empty() && open.back().is_array) key = std::to_string(open.back().elements++);
    if (!open.empty() && !open.back().is_array && key.empty()) {
      const std::size_t end = string_end(text_, at);
      // A mark in front: an empty name is one as well.
      key = "\"" + nlohmann::json::parse(text_.begin() + static_cast<std::ptrdiff_t>(at),
                                         text_.begin() + static_cast<std::ptrdiff_t>(end))
                       .get<std::string>();
      at = end;
      continue;
    }
    if (nodes_.size() >= kMostValues) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "the text has over 200000 values");
    const bool opens = byte == '{' || byte == '[';
    const std::size_t end = opens ? at + 1 : scalar_end(text_, at);
    const std::string name = key.starts_with('"') ? key.substr(1) : key;
    nodes_.push_back({{at, end}, nodes_.size() + 1, name});
    key.clear();
    if (opens) open.push_back({nodes_.size() - 1, 0, byte == '['});
    if (open.size() > kMostDepth) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "the text nests deeper than 64");
    at = end;
  }
}

std::vector<Document::Value> Document::find(const Path& path) const {
  std::vector<std::size_t> found = {0};
  for (const std::string& segment : path.segments()) {
    std::vector<std::size_t> inside;
    for (const std::size_t parent : found) {
      for (std::size_t child = parent + 1; child < nodes_[parent].next; child = nodes_[child].next) {
        if (segment == "*" || nodes_[child].key == segment) inside.push_back(child);
      }
    }
    found = std::move(inside);
  }
  std::vector<Value> values;
  for (const std::size_t node : found) values.push_back(nodes_[node].value);
  return values;
}

nlohmann::json Document::read(Value value) const {
  return nlohmann::json::parse(text_.begin() + static_cast<std::ptrdiff_t>(value.begin),
                               text_.begin() + static_cast<std::ptrdiff_t>(value.end));
}

}  // namespace platos::governor_rules
