// A governor that denies a word, in any case of ASCII letters.
#include <algorithm>
#include <memory>
#include <platos/cpp/governor.hpp>
#include <platos/cpp/json_writer.hpp>
#include <string>
#include <string_view>

namespace {

namespace sdk = platos::sdk;

std::string in_small_letters(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return lower;
}

class WordCheck : public sdk::Check {
 public:
  explicit WordCheck(const std::string& word) : word_(word) {}

  sdk::Verdict feed(std::string_view chunk, bool is_last) override {
    held_ += in_small_letters(chunk);
    sdk::Verdict verdict;
    if (held_.find(word_) != std::string::npos) {
      verdict.decision = PLATOS_DENY;
      verdict.rule_id = "word.forbidden";
      verdict.reason = "The text holds a word that the operator forbids.";
      sdk::JsonWriter json(verdict.findings_json);
      json.begin_array().begin_object().key("type").value("word").key("severity").value("high");
      json.key("detail").value("a forbidden word").key("action").value("block").end_object().end_array();
      return verdict;
    }
    // Only an end that may become the word is held; everything before goes out.
    verdict.release_bytes = is_last ? held_.size() : held_.size() - beginning_of_word();
    held_.erase(0, static_cast<std::size_t>(verdict.release_bytes));
    return verdict;
  }

 private:
  /// How many bytes at the end of the held text are the beginning of the word.
  std::size_t beginning_of_word() const {
    const std::string_view held(held_);
    for (std::size_t size = std::min(held.size(), word_.size() - 1); size > 0; --size) {
      if (held.substr(held.size() - size) == std::string_view(word_).substr(0, size)) return size;
    }
    return 0;
  }

  const std::string& word_;
  std::string held_;  // in small letters, which are as long
};

class WordGovernor : public sdk::Governor {
 public:
  WordGovernor(sdk::Host host, std::string_view config_json) : Governor(host) {
    // A plugin of more than one member reads its configuration with a JSON library.
    constexpr std::string_view kMember = "\"word\":";
    const auto member = config_json.find(kMember);
    const auto begin = config_json.find('"', member == config_json.npos ? member : member + kMember.size());
    const auto end = begin == config_json.npos ? begin : config_json.find('"', begin + 1);
    if (end == config_json.npos) throw sdk::Error(PLATOS_INVALID_ARGUMENT, "word-governor config: word is missing");
    word_ = in_small_letters(config_json.substr(begin + 1, end - begin - 1));
    if (word_.empty() || word_.size() > 100 || word_.find('\\') != word_.npos) {
      throw sdk::Error(PLATOS_INVALID_ARGUMENT, "word-governor config: word: expected 1 to 100 bytes, no backslash");
    }
  }

  std::uint32_t points() const noexcept override { return PLATOS_POINT_BEFORE_MODEL | PLATOS_POINT_AFTER_MODEL; }

  std::unique_ptr<sdk::Check> begin(sdk::Call, std::uint32_t, std::string_view) override {
    return std::make_unique<WordCheck>(word_);
  }

 private:
  std::string word_;
};

}  // namespace

PLATOS_PLUGIN("com.example.word-governor", "1.0.0", sdk::component<WordGovernor>("word"))
