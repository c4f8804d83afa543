#include "search_output.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/characters.hpp"

namespace platos::provider_offline {
namespace {

using nlohmann::json;

constexpr std::size_t kReadByteLimit = 64 * 1024;  // more cannot be quoted, and reading must not take long

// Collects results while the text is read, so that what came before a syntax error is kept. Reading does not recurse:
// depth is harmless.
class ResultCollector : public json::json_sax_t {
 public:
  SearchOutput take() {
    keep_current();
    return std::move(output_);
  }

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t value) override { return number(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return number(static_cast<double>(value)); }
  bool number_float(number_float_t value, const string_t&) override { return number(value); }
  bool binary(binary_t&) override { return true; }
  bool string(string_t& value) override {
    if (!in_results_ || depth_ != kResultDepth) return true;
    if (key_ == "title") current_.title = value;
    if (key_ == "source") current_.source = value;
    if (key_ == "text") current_.text = value;
    return true;
  }
  bool key(string_t& name) override {
    key_ = name;
    return true;
  }
  bool start_object(std::size_t) override {
    ++depth_;
    return true;
  }
  bool end_object() override {
    if (in_results_ && depth_ == kResultDepth) keep_current();
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ == 1 && key_ == "results") in_results_ = output_.is_understood = true;
    ++depth_;
    return true;
  }
  bool end_array() override {
    if (--depth_ == 1) in_results_ = false;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

 private:
  static constexpr int kResultDepth = 3;  // {"results": [ { <- here

  bool number(double value) {
    if (in_results_ && depth_ == kResultDepth && key_ == "score") current_.score = value;
    return true;
  }
  void keep_current() {
    if (!plugin_common::trimmed(current_.text).empty()) output_.results.push_back(std::move(current_));
    current_ = {};
  }

  SearchOutput output_;
  SearchResult current_;
  std::string key_;
  int depth_ = 0;
  bool in_results_ = false;
};

// Closes a string that was cut in the middle of a result. The cut may have left half a character or half an escape, of
// at most five bytes, and whoever cut may have added a note on a line of its own.
SearchOutput read_cut_string(std::string_view cut_json, SearchOutput&& whole_results) {
  std::string repaired(cut_json);
  std::replace_if(
      repaired.begin(), repaired.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  for (std::size_t dropped = 0; dropped <= 5 && dropped < cut_json.size(); ++dropped) {
    repaired.resize(cut_json.size() - dropped);
    ResultCollector collector;
    if (json::sax_parse(repaired + "\"}]}", &collector)) return collector.take();
  }
  return std::move(whole_results);
}

}  // namespace

SearchOutput read_search_output(std::string_view tool_text) {
  const std::string_view text = plugin_common::whole_characters(plugin_common::trimmed(tool_text), kReadByteLimit);
  if (text.empty()) return {};
  if (text.front() != '{' && text.front() != '[') return {{{"", "", std::string(text), 0}}, true};
  ResultCollector collector;
  const bool is_whole = json::sax_parse(text, &collector);
  SearchOutput output = collector.take();
  return is_whole ? output : read_cut_string(text, std::move(output));
}

}  // namespace platos::provider_offline
