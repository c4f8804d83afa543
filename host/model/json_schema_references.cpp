#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema_builder.hpp"
#include "model/json_schema_uri.hpp"
#include "model/json_schema_vocabulary.hpp"

namespace platos::model::schema {
namespace {

const std::string* text_member(const Json& schema, const char* name) {
  const auto member = schema.find(name);
  return member != schema.end() && member->is_string() ? member->get_ptr<const std::string*>() : nullptr;
}

std::optional<std::string> unescaped_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    if (++i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    out += token[i] == '0' ? '~' : '/';
  }
  return out;
}

/// Null when there is nothing under that name.
const Json* part_of(const Json& json, const std::string& token) {
  if (json.is_object()) {
    const auto member = json.find(token);
    return member == json.end() ? nullptr : &*member;
  }
  std::uint64_t index = 0;
  const bool is_index = base::parse_uint64(token, index) && (token == "0" || token.front() != '0');
  return json.is_array() && is_index && index < json.size() ? &json[static_cast<std::size_t>(index)] : nullptr;
}

std::string shown(std::string_view reference) { return "\"" + base::printable(reference) + "\""; }

}  // namespace

SchemaDialect Builder::named_dialect(SchemaIndex at, const Json& schema) const {
  const std::string* uri = text_member(schema, "$schema");
  if (uri == nullptr) return dialect_of(at);
  const SchemaDialect dialect = dialect_from_uri(*uri);
  if (dialect == SchemaDialect::Unspecified) fail(at, "$schema", "expected draft-07 or 2020-12, found " + shown(*uri));
  return dialect;
}

void Builder::enter_resource(SchemaIndex at, const Json& schema) {
  Resource& around = resources_[program_.schemas[at].resource];
  const bool is_root = at == around.root;
  if (is_root) around.dialect = named_dialect(at, schema);
  // Beside a reference draft-07 ignores an id too. But the document itself has no other place for its own.
  if (around.dialect == SchemaDialect::Draft7 && schema.contains("$ref") && !is_root) return;
  if (const std::string* id = text_member(schema, "$id")) enter_id(at, schema, *id);
  if (dialect_of(at) != SchemaDialect::Draft2020) return;
  if (const std::string* anchor = text_member(schema, "$anchor")) add_anchor(at, "$anchor", *anchor, false);
  if (const std::string* anchor = text_member(schema, "$dynamicAnchor")) {
    add_anchor(at, "$dynamicAnchor", *anchor, true);
  }
}

void Builder::enter_id(SchemaIndex at, const Json& schema, const std::string& id) {
  const std::uint32_t around = program_.schemas[at].resource;
  const auto uri = id.size() <= kMaxUriBytes ? resolve_uri(resources_[around].uri, id) : std::nullopt;
  if (!uri) fail(at, "$id", "expected a URI reference of at most " + std::to_string(kMaxUriBytes) + " bytes");
  if (dialect_of(at) == SchemaDialect::Draft2020 && !uri->fragment.empty()) {
    fail(at, "$id", "expected no fragment; \"$anchor\" names a place");
  }
  if (at == resources_[around].root) {
    resources_[around].uri = uri->whole;
    by_uri_[uri->whole] = around;
  } else if (!id.starts_with('#')) {
    const std::uint32_t own = add_resource(at, uri->whole, named_dialect(at, schema));
    program_.schemas[at].resource = own;
    if (!by_uri_.emplace(uri->whole, own).second) fail(at, "$id", "used twice: " + shown(id));
  }
  if (!uri->fragment.empty()) add_anchor(at, "$id", uri->fragment, false);
}

std::uint32_t Builder::add_resource(SchemaIndex root, std::string uri, SchemaDialect dialect) {
  Resource resource;
  resource.root = root;
  resource.uri = std::move(uri);
  resource.dialect = dialect;
  resources_.push_back(std::move(resource));
  program_.dynamic_anchors.emplace_back();
  return static_cast<std::uint32_t>(resources_.size() - 1);
}

void Builder::add_anchor(SchemaIndex at, std::string_view keyword, const std::string& name, bool dynamic) {
  const std::uint32_t resource = program_.schemas[at].resource;
  if (!resources_[resource].anchors.emplace(name, at).second) fail(at, keyword, "used twice: " + shown(name));
  if (dynamic) program_.dynamic_anchors[resource].emplace(name, at);
}

void Builder::add_reference(SchemaIndex at, const Json& schema, const std::string& keyword, Keywords& out) {
  const bool known = find_keyword(dialect_of(at), keyword) != nullptr;
  const std::string* uri = known ? text_member(schema, keyword.c_str()) : nullptr;
  if (uri == nullptr) return;
  auto reference = std::make_unique<Reference>();
  pending_.push_back({reference.get(), at, *uri, keyword == "$dynamicRef"});
  out.push_back(std::move(reference));
}

void Builder::resolve(const Pending& pending) {
  const char* keyword = pending.dynamic ? "$dynamicRef" : "$ref";
  const std::string& base = resources_[program_.schemas[pending.from].resource].uri;
  const auto uri = pending.uri.size() <= kMaxUriBytes ? resolve_uri(base, pending.uri) : std::nullopt;
  if (!uri) {
    fail(pending.from, keyword, "expected a URI reference of at most " + std::to_string(kMaxUriBytes) + " bytes");
  }
  const std::uint32_t resource = find_resource(pending, uri->whole);
  SchemaIndex target = resources_[resource].root;
  if (uri->fragment.starts_with('/')) {
    target = walk(pending, target, uri->fragment);
  } else if (!uri->fragment.empty()) {
    const auto anchor = resources_[resource].anchors.find(uri->fragment);
    if (anchor == resources_[resource].anchors.end()) {
      fail(pending.from, keyword, "leads nowhere: no schema has the anchor " + shown(uri->fragment));
    }
    target = anchor->second;
    if (pending.dynamic && program_.dynamic_anchors[resource].count(uri->fragment) != 0) {
      pending.keyword->set_dynamic_anchor(uri->fragment);
    }
  }
  pending.keyword->set_target(target);
  // Where a dynamic reference leads is known only in a check, whose depth is bounded.
  if (!pending.dynamic) same_value_.emplace_back(pending.from, target);
}

std::uint32_t Builder::find_resource(const Pending& pending, const std::string& uri) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return known->second;
  if (const SchemaDialect dialect = dialect_from_uri(uri); dialect != SchemaDialect::Unspecified) {
    return add_metaschema(dialect, uri);
  }
  fail(
      pending.from, pending.dynamic ? "$dynamicRef" : "$ref",
      "leads out of the schema: " + shown(pending.uri) +
          "; nothing is fetched, so that references must lead to a place in it (\"#/$defs/...\") or to the schema of " +
          "draft-07 or 2020-12");
}

std::uint32_t Builder::add_metaschema(SchemaDialect dialect, const std::string& uri) {
  metaschemas_.push_back(metaschema(dialect));
  // Known also by the way in which this document writes it.
  metaschemas_.back()["$id"] = uri;
  const std::uint32_t resource = add_resource(static_cast<SchemaIndex>(program_.schemas.size()), uri, dialect);
  translate(metaschemas_.back(), kNoSchema, uri + '#', resource);
  return resource;
}

SchemaIndex Builder::walk(const Pending& pending, SchemaIndex from, const std::string& pointer) {
  const char* keyword = pending.dynamic ? "$dynamicRef" : "$ref";
  const Json* json = json_of_[from];
  SchemaIndex last = from;
  std::string beyond;
  std::vector<std::string_view> tokens = base::split(pointer, '/');
  for (auto token = tokens.begin() + 1; token != tokens.end(); ++token) {
    const auto name = unescaped_token(*token);
    json = name ? part_of(*json, *name) : nullptr;
    if (json == nullptr) fail(pending.from, keyword, "leads nowhere: " + shown(pending.uri));
    beyond += (beyond.empty() ? "" : "/") + std::string(*token);
    if (const auto known = by_json_.find(json); known != by_json_.end()) {
      last = known->second;
      beyond.clear();
    }
  }
  if (json == json_of_[last]) return last;
  if (!json->is_object() && !json->is_boolean()) {
    fail(pending.from, keyword, "leads to what is not a schema: " + shown(pending.uri));
  }
  return translate(*json, last, beyond, program_.schemas[last].resource);
}

void Builder::refuse_loops() const {
  std::vector<std::vector<SchemaIndex>> next(program_.schemas.size());
  for (const auto& [from, to] : same_value_) next[from].push_back(to);
  enum class Visit : std::uint8_t { Unspecified, Open, Done };
  std::vector<Visit> visits(next.size());
  std::vector<std::pair<SchemaIndex, std::size_t>> path;
  for (SchemaIndex start = 0; start < next.size(); ++start) {
    if (visits[start] != Visit::Unspecified) continue;
    path.emplace_back(start, 0);
    visits[start] = Visit::Open;
    while (!path.empty()) {
      const SchemaIndex at = path.back().first;
      if (path.back().second == next[at].size()) {
        visits[at] = Visit::Done;
        path.pop_back();
        continue;
      }
      const SchemaIndex to = next[at][path.back().second++];
      if (visits[to] == Visit::Open) {
        fail(at, "", "leads back to itself about the same value: checking it would never end");
      }
      if (visits[to] == Visit::Unspecified) path.emplace_back(to, 0);
      visits[to] = visits[to] == Visit::Unspecified ? Visit::Open : visits[to];
    }
  }
}

}  // namespace platos::model::schema
