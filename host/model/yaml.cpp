#include "model/yaml.hpp"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <vector>

#include "base/text.hpp"

namespace platos::model {
namespace {

constexpr std::string_view kPlainTag = "?";
constexpr std::string_view kCoreTags = "tag:yaml.org,2002:";

/// Ends the parser from inside its callbacks; never leaves this file.
struct YamlRefusal {
  Error error;
};

std::string place_of(const YAML::Mark& mark) {
  return mark.is_null() ? std::string()
                        : ", line " + std::to_string(mark.line + 1) + ", column " + std::to_string(mark.column + 1);
}

Error yaml_error(std::string code, std::string_view what, const YAML::Mark& mark, const std::string& reason) {
  return {
      ErrorKind::InvalidArgument, std::move(code), std::string(what) + place_of(mark) + ": " + reason, false, 0, {}};
}

bool all_of_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<Json> based_integer(std::string_view text) {
  const int base = text.starts_with("0x") ? 16 : text.starts_with("0o") ? 8 : 0;
  if (base == 0) return std::nullopt;
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data() + 2, end, number, base);
  if (failure != std::errc() || stop != end || number < 0) return std::nullopt;
  return Json(number);
}

std::optional<Json> number_of_scalar(std::string_view text) {
  if (auto based = based_integer(text)) return based;
  std::string_view digits = text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const std::string_view unsigned_digits = digits.substr(digits.starts_with('-') ? 1 : 0);
  const char* end = digits.data() + digits.size();
  if (all_of_digits(unsigned_digits)) {
    std::int64_t number = 0;
    const auto [stop, failure] = std::from_chars(digits.data(), end, number);
    if (failure == std::errc() && stop == end) return Json(number);
  }
  const bool looks_like_one = unsigned_digits.find_first_of("0123456789") != std::string_view::npos &&
                              unsigned_digits.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
  if (!looks_like_one) return std::nullopt;
  double number = 0;
  const auto [stop, failure] = std::from_chars(digits.data(), end, number);
  if (failure != std::errc() || stop != end || !std::isfinite(number)) return std::nullopt;
  return Json(number);
}

Json typed_scalar(const std::string& text) {
  if (text == "null" || text == "Null" || text == "NULL" || text == "~" || text.empty()) return nullptr;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  return number_of_scalar(text).value_or(Json(text));
}

/// Builds JSON from the parser's events, so that nothing is made before it was counted.
class JsonBuilder final : public YAML::EventHandler {
 public:
  JsonBuilder(std::string_view what, YamlScalars scalars, const YamlLimits& limits)
      : what_(what), scalars_(scalars), limits_(limits) {}

  Json take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, kPlainTag, anchor);
    put(mark, nullptr);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_alias(mark); }
  void OnAnchor(const YAML::Mark& mark, const std::string&) override { refuse_alias(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    if (!base::is_valid_utf8(value))
      throw YamlRefusal{yaml_error("yaml_not_utf8", what_, mark, "an escape that is no character")};
    put(mark, tag == kPlainTag && scalars_ == YamlScalars::Typed ? typed_scalar(value) : Json(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, Json::array());
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, Json::object());
  }
  void OnMapEnd() override { end(); }

 private:
  struct Level {
    Json value;
    std::optional<std::string> key;
    YAML::Mark mark;
  };

  [[noreturn]] void refuse_alias(const YAML::Mark& mark) const {
    throw YamlRefusal{
        yaml_error("yaml_alias", what_, mark, "anchors and aliases are not read here; write the value out")};
  }

  void check(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse_alias(mark);
    const bool is_usual = tag.empty() || tag == kPlainTag || tag == "!" || tag == std::string(kCoreTags) + "str";
    if (!is_usual) throw YamlRefusal{yaml_error("yaml_tag", what_, mark, "tags are not read here; leave it out")};
    if (++nodes_ > limits_.max_nodes) {
      throw YamlRefusal{yaml_error("yaml_too_many_nodes", what_, mark,
                                   "expected at most " + std::to_string(limits_.max_nodes) + " values")};
    }
  }

  void begin(const YAML::Mark& mark, std::string_view tag, YAML::anchor_t anchor, Json empty) {
    check(mark, tag, anchor);
    if (static_cast<int>(levels_.size()) >= limits_.max_depth) {
      throw YamlRefusal{yaml_error("yaml_too_deep", what_, mark,
                                   "expected at most " + std::to_string(limits_.max_depth) + " levels")};
    }
    levels_.push_back({std::move(empty), std::nullopt, mark});
  }

  void end() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    put(level.mark, std::move(level.value));
  }

  void put(const YAML::Mark& mark, Json value) {
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (level.value.is_array()) {
      level.value.push_back(std::move(value));
    } else if (!level.key) {
      level.key = key_of(mark, level, value);
    } else {
      level.value[*level.key] = std::move(value);
      level.key.reset();
    }
  }

  std::string key_of(const YAML::Mark& mark, const Level& level, const Json& key) const {
    if (key.is_structured())
      throw YamlRefusal{yaml_error("yaml_key", what_, mark, "expected a text as the key, found " + kind_of(key))};
    std::string name = key.is_string() ? key.get<std::string>() : key.is_null() ? std::string("null") : dump(key);
    if (level.value.contains(name)) {
      throw YamlRefusal{yaml_error("yaml_duplicate_key", what_, mark,
                                   "the key \"" + base::printable(name, 60) + "\" is there twice")};
    }
    return name;
  }

  std::string what_;
  YamlScalars scalars_;
  YamlLimits limits_;
  std::size_t nodes_ = 0;
  std::vector<Level> levels_;
  Json root_;
};

}  // namespace

Result<Json> parse_yaml(std::string_view text, std::string_view what, YamlScalars scalars, const YamlLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorKind::TooLarge, "yaml_too_large",
                std::string(what) + ": expected at most " + std::to_string(limits.max_bytes) + " bytes, found " +
                    std::to_string(text.size()));
  }
  if (!base::is_valid_utf8(text) || text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF")) {
    return fail(ErrorKind::InvalidArgument, "yaml_not_utf8",
                std::string(what) + ": expected UTF-8 without a byte order mark; convert it");
  }
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    JsonBuilder builder(what, scalars, limits);
    if (!parser.HandleNextDocument(builder)) return Json();
    Json json = builder.take();
    JsonBuilder rest(what, scalars, limits);
    if (parser.HandleNextDocument(rest)) {
      return fail(yaml_error("yaml_malformed", what, YAML::Mark::null_mark(), "expected one document, found more"));
    }
    return json;
  } catch (const YamlRefusal& refusal) {
    return fail(refusal.error);
  } catch (const YAML::DeepRecursion& failure) {
    return fail(yaml_error("yaml_too_deep", what, failure.mark, "it is nested too deeply"));
  } catch (const YAML::Exception& failure) {
    return fail(yaml_error("yaml_malformed", what, failure.mark, base::printable(failure.msg)));
  } catch (const std::exception& failure) {
    return fail(yaml_error("yaml_malformed", what, YAML::Mark::null_mark(), base::printable(failure.what())));
  }
}

}  // namespace platos::model
