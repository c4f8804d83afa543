// Inside of JsonSchema: the compiled form, and the walk of a value through it. Included by host/model/json_schema*.cpp.
//
// A Program is immutable once built. Each Schema owns its keywords; keywords name other schemas by index, so that
// recursion through references needs no ownership. A Checker lives for one check, on one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/json_schema.hpp"

namespace re2 {
class RE2;
}

namespace platos::model::schema {

using SchemaIndex = std::uint32_t;
inline constexpr SchemaIndex kNoSchema = UINT32_MAX;
/// Schemas within schemas in one check. A value of depth 64 under a chain of 15 references a level stays below.
inline constexpr int kMaxCheckDepth = 1000;

/// Where in the value a check is: a chain on the stack that becomes text only for a problem. Null is the whole.
struct Place {
  const Place* parent = nullptr;
  const std::string* key = nullptr;  ///< null: `index` counts
  std::size_t index = 0;
};

/// Which items or members of one value were evaluated: for unevaluatedItems and unevaluatedProperties. Members count in
/// the order of the object.
class Marks {
 public:
  explicit Marks(std::size_t size) : words_((size + 63) / 64) {}
  void add(std::size_t index) { words_[index / 64] |= std::uint64_t{1} << (index % 64); }
  bool has(std::size_t index) const { return (words_[index / 64] >> (index % 64) & 1) != 0; }
  void merge(const Marks& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// One value under one schema. `marks` is null when nobody asks, or when the value has no parts.
struct Spot {
  const Json& value;
  const Place* place;
  SchemaIndex schema;
  Marks* marks;
};

class Checker;

class Keyword {
 public:
  virtual ~Keyword() = default;
  /// False when the value breaks the rule; says why through Checker::refuse.
  virtual bool check(Checker& checker, const Spot& spot) const = 0;
};
using Keywords = std::vector<std::unique_ptr<Keyword>>;

struct Schema {
  SchemaIndex parent = kNoSchema;
  std::string token;  ///< from the parent to here, as part of a JSON pointer: "properties/age"
  std::uint32_t resource = 0;
  bool refuses_all = false;  ///< the schema `false`
  Keywords keywords;
  Keywords unevaluated;  ///< asked last, and only when the others hold: they read the marks of all others
};

struct Program {
  Program();
  ~Program();
  std::vector<Schema> schemas;  ///< the first is the whole
  /// By resource: the schemas that $dynamicAnchor names in it.
  std::vector<std::map<std::string, SchemaIndex>> dynamic_anchors;
  std::map<std::string, std::unique_ptr<re2::RE2>> patterns;  ///< by their text in the schema
  std::size_t max_problems = 32;
  std::size_t max_steps = 1'000'000;
};

/// JSON pointer of a keyword: "/properties/age/minimum". Of a referenced metaschema: its URI, "#", the pointer.
std::string rule_pointer(const Program& program, SchemaIndex schema, std::string_view keyword);
std::string value_pointer(const Place* place);
std::string escaped_token(std::string_view token);

class Checker {
 public:
  explicit Checker(const Program& program) : program_(program) {}

  std::vector<SchemaProblem> run(const Json& value);

  /// The value under a schema; problems are reported.
  bool apply(SchemaIndex schema, const Json& value, const Place* place, Marks* marks);
  /// The same, silently, ending at the first breach.
  bool fits(SchemaIndex schema, const Json& value, const Place* place, Marks* marks);
  /// Why the value does not fit, in a few words; for alternatives.
  std::string first_problem(SchemaIndex schema, const Spot& spot);

  /// Reports a breach when somebody listens; `message` is a callable that makes the text. Always false.
  template <typename Message>
  bool refuse(const Spot& spot, std::string_view keyword, const Message& message) {
    if (listening()) report(spot, keyword, message());
    return false;
  }
  /// Counts work that is not a schema. False when there is no more to spend: give up.
  bool spend(std::size_t steps);
  /// Gives up: the check ends with this problem.
  void give_up(std::string reason);
  bool gave_up() const { return !given_up_.empty(); }
  /// True when nothing more can be learnt: the first breach while silent, or enough problems.
  bool enough() const { return !listening() || gave_up(); }

  /// The schema that `anchor` means in the outermost resource entered that has it; `otherwise` when none has.
  SchemaIndex dynamic_target(const std::string& anchor, SchemaIndex otherwise) const;

 private:
  bool listening() const { return problems_ != nullptr && problems_->size() < limit_; }
  bool apply_keywords(const Schema& schema, const Spot& spot);
  void report(const Spot& spot, std::string_view keyword, std::string message);

  const Program& program_;
  std::vector<SchemaProblem>* problems_ = nullptr;
  std::size_t limit_ = 0;
  std::size_t steps_ = 0;
  int depth_ = 0;
  std::string given_up_;
  std::vector<std::uint32_t> resources_;
};

}  // namespace platos::model::schema
