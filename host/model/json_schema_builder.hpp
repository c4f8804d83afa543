// Inside of JsonSchema: the translation of a schema document to a Program. Included by host/model/json_schema*.cpp.
//
// One Builder builds one Program. Whatever is wrong with the document is thrown as InvalidSchema, which
// JsonSchema::compile turns into an Error: it never leaves the room.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/json_schema_program.hpp"

namespace platos::model::schema {

struct KeywordInfo;

struct InvalidSchema {
  std::string at;  ///< JSON pointer into the schema
  std::string message;
};

inline constexpr int kMaxSchemaDepth = 64;
inline constexpr std::size_t kMaxSchemaNodes = 100'000;
/// Bytes of a reference, an id or an anchor: each is resolved against the one around it.
inline constexpr std::size_t kMaxUriBytes = 2048;
/// Different patterns of a schema, and the memory of each: together they bound what a schema makes RE2 hold.
inline constexpr std::size_t kMaxPatterns = 128;
inline constexpr int kMaxPatternMemoryBytes = 1024 * 1024;

/// Whether a subschema is asked about the same value as the schema around it, or about a part of it.
enum class Target { Unspecified, SameValue, Part };

/// A keyword that stands for another schema. The builder fills in which, when all schemas are known.
class Reference : public Keyword {
 public:
  void set_target(SchemaIndex target) { target_ = target; }
  /// The reference looks for `anchor` in the resources entered before it takes the target.
  void set_dynamic_anchor(std::string anchor) { anchor_ = std::move(anchor); }
  bool check(Checker& checker, const Spot& spot) const override;

 private:
  SchemaIndex target_ = 0;
  std::string anchor_;
};

class Builder {
 public:
  Builder(Program& program, const SchemaOptions& options) : program_(program), options_(options) {}

  /// The whole document, references included. Once.
  void build(const Json& document);

  // For the keyword families, about the schema `at`:

  /// Translates a subschema. `token` leads to it from `at`: "properties/age", already escaped.
  SchemaIndex child(SchemaIndex at, std::string token, const Json& schema, Target target);
  std::vector<SchemaIndex> children(SchemaIndex at, const std::string& keyword, const Json& list, Target target);
  const re2::RE2* pattern(SchemaIndex at, std::string_view keyword, const std::string& text);
  SchemaDialect dialect_of(SchemaIndex at) const { return resources_[program_.schemas[at].resource].dialect; }
  [[noreturn]] void fail(SchemaIndex at, std::string_view keyword, std::string message) const;

 private:
  struct Resource {
    std::string uri;  ///< absolute, or "" for a document without an id
    SchemaDialect dialect = SchemaDialect::Draft2020;
    SchemaIndex root = kNoSchema;
    std::map<std::string, SchemaIndex> anchors;
  };
  struct Pending {
    Reference* keyword;
    SchemaIndex from;
    std::string uri;
    bool dynamic;
  };

  SchemaIndex translate(const Json& schema, SchemaIndex parent, std::string token, std::uint32_t resource);
  void translate_object(SchemaIndex at, const Json& schema);
  void translate_containers(SchemaIndex at, const Json& schema);
  void check_keywords(SchemaIndex at, const Json& schema) const;
  void refuse_ineffective(SchemaIndex at, const Json& schema, const std::string& name, const KeywordInfo* keyword,
                          bool ignored) const;
  void enter_resource(SchemaIndex at, const Json& schema);
  void enter_id(SchemaIndex at, const Json& schema, const std::string& id);
  SchemaDialect named_dialect(SchemaIndex at, const Json& schema) const;
  std::uint32_t add_resource(SchemaIndex root, std::string uri, SchemaDialect dialect);
  void add_anchor(SchemaIndex at, std::string_view keyword, const std::string& name, bool dynamic);
  void add_reference(SchemaIndex at, const Json& schema, const std::string& keyword, Keywords& out);

  void resolve(const Pending& pending);
  std::uint32_t find_resource(const Pending& pending, const std::string& uri);
  std::uint32_t add_metaschema(SchemaDialect dialect, const std::string& uri);
  SchemaIndex walk(const Pending& pending, SchemaIndex from, const std::string& pointer);
  void refuse_loops() const;

  Program& program_;
  const SchemaOptions& options_;
  std::deque<Json> metaschemas_;
  std::vector<Resource> resources_;
  std::map<std::string, std::uint32_t> by_uri_;
  std::unordered_map<const Json*, SchemaIndex> by_json_;
  std::vector<const Json*> json_of_;  ///< by schema
  std::deque<Pending> pending_;
  std::vector<std::pair<SchemaIndex, SchemaIndex>> same_value_;  ///< asked about the same value: from, to
};

// Keyword families. Each reads its own keywords of an object whose keywords have the right types, and appends rules.
void add_value_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out);
void add_array_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out);
void add_object_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out);
void add_logic_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out);
void add_unevaluated_rules(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out);
void add_unevaluated_properties(Builder& builder, SchemaIndex at, const Json& schema, Keywords& out);

/// minLength, maxItems ...: what is counted.
enum class SizeOf { Unspecified, Text, Array, Object };
void add_size_rules(const Json& schema, SizeOf what, Keywords& out);
/// A whole number of 0 or more; what no 64 bits hold is their largest.
std::uint64_t count_of(const Json& number);

/// Whether the pattern occurs in the text: 1, 0; -1 when the check has no work left to spend.
int matches(Checker& checker, const re2::RE2& pattern, std::string_view text);

}  // namespace platos::model::schema
