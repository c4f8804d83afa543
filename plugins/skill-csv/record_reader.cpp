#include "record_reader.hpp"

#include "limits.hpp"

namespace platos::skill_csv {

using plugin_common::refuse;

namespace {

constexpr std::size_t kPollBytes = 64 * 1024;

}  // namespace

void RecordReader::poll() {
  if (position_ < poll_position_) return;
  cancellation_.check();
  poll_position_ = position_ + kPollBytes;
}

void RecordReader::skip_line_end() noexcept {
  const bool carriage_return = text_[position_++] == '\r';
  if (carriage_return && position_ < text_.size() && text_[position_] == '\n') ++position_;
}

bool RecordReader::next() {
  fields_.clear();
  unescaped_used_ = 0;
  for (; position_ < text_.size() && at_line_end(); skip_line_end()) poll();
  record_begin_bytes_ = position_;
  if (position_ == text_.size()) return false;
  for (;;) {
    poll();
    if (fields_.size() == kColumnLimit) check_limit(where(), kColumnLimit, "columns", kColumnLimit + 1);
    if (position_ < text_.size() && text_[position_] == '"') {
      read_quoted_field();
    } else {
      read_plain_field();
    }
    if (position_ == text_.size() || text_[position_] != separator_) break;
    ++position_;
  }
  record_end_bytes_ = position_;
  if (position_ < text_.size()) skip_line_end();
  return true;
}

void RecordReader::read_plain_field() {
  const std::size_t begin = position_;
  while (position_ < text_.size() && text_[position_] != separator_ && !at_line_end()) ++position_;
  add_field(text_.substr(begin, position_ - begin), begin);
}

void RecordReader::read_quoted_field() {
  const std::size_t begin = position_;
  bool doubled = false;
  for (++position_;; position_ += 2) {
    position_ = text_.find('"', position_);
    if (position_ == std::string_view::npos) {
      position_ = text_.size();
      refuse(where(begin), "a closing quote for the field that begins there", "the end of the text");
    }
    if (position_ + 1 == text_.size() || text_[position_ + 1] != '"') break;
    doubled = true;
    poll();
  }
  const std::string_view quoted = text_.substr(begin + 1, position_ - begin - 1);
  ++position_;
  if (position_ < text_.size() && text_[position_] != separator_ && !at_line_end()) {
    refuse(where(position_), "a separator or a line end after a closing quote",
           "other text; a quote inside a quoted field is written twice");
  }
  add_field(quoted, begin);
  if (doubled) fields_.back().text = unescape(quoted);
}

void RecordReader::add_field(std::string_view text, std::size_t begin) {
  // The place is looked for only when it is needed: that reads the text from its start.
  if (text.size() > kFieldBytesLimit) {
    check_limit("the field that begins on " + where(begin), kFieldBytesLimit, "bytes", text.size());
  }
  fields_.push_back({text, begin, position_});
}

std::string_view RecordReader::unescape(std::string_view quoted) {
  if (unescaped_used_ == unescaped_.size()) unescaped_.emplace_back();
  std::string& text = unescaped_[unescaped_used_++];
  text.clear();
  std::size_t begin = 0;
  for (std::size_t quote; (quote = quoted.find('"', begin)) != std::string_view::npos; begin = quote + 2) {
    text.append(quoted, begin, quote + 1 - begin);
  }
  return text.append(quoted, begin);
}

std::string RecordReader::where(std::size_t offset_bytes) const {
  std::size_t line = 1;
  for (std::size_t i = 0; i < offset_bytes; ++i) {
    if (text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n'))) ++line;
  }
  return "line " + std::to_string(line) + " of source";
}

}  // namespace platos::skill_csv
