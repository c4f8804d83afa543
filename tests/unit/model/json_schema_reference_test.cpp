#include "json_schema_helper.hpp"

namespace platos::model {

TEST_CASE("A reference leads by pointer, id or anchor") {
  const std::string schema = R"({"$id": "http://example.com/a/root.json", "$defs": {
    "p": {"type": "integer"}, "q": {"$id": "../b/q.json", "type": "string", "$defs": {"n": {"type": "null"}}},
    "r": {"$anchor": "here", "minimum": 3}},
    "properties": {"p": {"$ref": "#/$defs/p"}, "q": {"$ref": "/b/q.json"}, "n": {"$ref": "../b/q.json#/$defs/n"},
                   "r": {"$ref": "root.json#here", "maximum": 5}}})";
  CHECK(accepts(schema, R"({"p": 1, "q": "a", "n": null, "r": 4})"));
  CHECK(problems_of(schema, R"({"p": "a", "q": 1, "n": 1, "r": 9})") ==
        "/n | /$defs/q/$defs/n/type | expected null, found the number 1\n"
        "/p | /$defs/p/type | expected a whole number, found a string\n"
        "/q | /$defs/q/type | expected a string, found the number 1\n"
        "/r | /properties/r/maximum | expected a number of at most 5, found 9");
}

TEST_CASE("Draft-07 ignores what stands beside a reference, and has anchors in $id") {
  const std::string schema = R"({"definitions": {"t": {"$id": "#text", "type": "string"}},
    "properties": {"a": {"$ref": "#text", "maxLength": 1}}})";
  CHECK(accepts(schema, R"({"a": "long"})", draft7()));
  CHECK_FALSE(accepts(schema, R"({"a": 1})", draft7()));
  CHECK_FALSE(accepts(R"({"$defs": {"t": {"type": "string"}}, "$ref": "#/$defs/t", "maxLength": 1})", R"("ab")"));
}

TEST_CASE("$schema chooses the dialect, also within a document") {
  const std::string old = R"("$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "null"}])";
  CHECK_FALSE(accepts("{" + old + "}", "[1]"));
  CHECK_FALSE(accepts(R"({"$ref": "x", "$defs": {"x": {"$id": "x", )" + old + "}}}", "[1]"));
  CHECK_FALSE(accepts(R"({"$schema": "https://json-schema.org/draft/2020-12/schema", "prefixItems": [false]})", "[1]",
                      draft7()));
  CHECK(refusal(R"({"$schema": "http://json-schema.org/draft-04/schema#"})")
            .find("at \"/$schema\": expected draft-07 or 2020-12, found \"http://json-schema.org/draft-04/schema#\"") !=
        std::string::npos);
}

TEST_CASE("A schema may refer to itself about parts of the value") {
  const std::string tree = R"({"properties": {"value": {"type": "number"}, "children": {"items": {"$ref": "#"}}}})";
  CHECK(accepts(tree, R"({"value": 1, "children": [{"children": [{"value": 2}]}]})"));
  CHECK(problems_of(tree, R"({"children": [{"children": [{}, {"value": "2"}]}]})") ==
        "/children/0/children/1/value | /properties/value/type | expected a number, found a string");
}

TEST_CASE("$dynamicRef leads to the outermost schema that was entered and has the anchor") {
  const std::string schema = R"({"$id": "http://example.com/strict", "$dynamicAnchor": "node", "$ref": "tree",
    "unevaluatedProperties": false, "$defs": {"tree": {"$id": "tree", "$dynamicAnchor": "node",
      "properties": {"data": true, "children": {"items": {"$dynamicRef": "#node"}}}}}})";
  CHECK(accepts(schema, R"({"children": [{"data": 1}]})"));
  CHECK_FALSE(accepts(schema, R"({"children": [{"daat": 1}]})"));
  const std::string plain = R"({"$ref": "tree", "$defs": {"tree": {"$id": "tree", "$dynamicAnchor": "node",
      "properties": {"children": {"items": {"$dynamicRef": "#node"}}}}}})";
  CHECK(accepts(plain, R"({"children": [{"daat": 1}]})"));
  // To a plain anchor it leads as $ref does.
  const std::string fixed = R"({"$id": "http://example.com/r", "$dynamicAnchor": "t", "type": ["object", "string"],
    "$ref": "inner", "$defs": {"inner": {"$id": "inner", "properties": {"a": {"$dynamicRef": "#t"}},
      "$defs": {"t": {"$anchor": "t", "type": "null"}}}}})";
  CHECK(accepts(fixed, R"({"a": null})"));
  CHECK_FALSE(accepts(fixed, R"({"a": "text"})"));
}

TEST_CASE("The schemas of both dialects may be referred to") {
  for (const char* uri : {"http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"}) {
    INFO(uri);
    const JsonSchema schema = compiled(Json({{"properties", {{"schema", {{"$ref", uri}}}}}}).dump());
    CHECK(problems_of(schema, Json::parse(R"({"schema": {"type": "object", "properties": {"a": {"minLength": 0}},
      "allOf": [true, {"not": {}}], "required": ["a"], "enum": [1]}})")) == "valid");
    CHECK(problems_of(schema, Json::parse(R"({"schema": {"properties": {"a": {"minLength": -1}}}})"))
              .find("/schema/properties/a/minLength | ") == 0);
    for (const char* wrong : {R"({"type": "text"})", R"({"allOf": []})", R"({"required": ["a", "a"]})", "5",
                              R"({"multipleOf": 0})", R"({"not": {"not": {"items": 3}}})", R"({"pattern": 1})"}) {
      INFO(wrong);
      CHECK(problems_of(schema, {{"schema", Json::parse(wrong)}}) != "valid");
    }
  }
}

TEST_CASE("References that lead nowhere or out are refused") {
  for (const char* reference : {"#/$defs/none", "#none", "#/$defs/list/5", "#/$defs/list/01", "#/$defs/list/-",
                                "#/$defs/~2", "#/$defs/list/0/deeper"}) {
    const Json schema = {{"$defs", {{"list", {{"enum", {1}}}}}}, {"properties", {{"a", {{"$ref", reference}}}}}};
    INFO(reference);
    CHECK(refusal_of(schema).find("invalid JSON schema at \"/properties/a/$ref\": leads nowhere") == 0);
  }
  for (const char* reference : {"http://example.com/other.json", "other.json", "file:///etc/passwd", "urn:x:y",
                                "https://json-schema.org/draft/2020-12/meta/core"}) {
    INFO(reference);
    CHECK(refusal_of(Json{{"$ref", reference}}).find("at \"/$ref\": leads out of the schema") != std::string::npos);
  }
  CHECK(refusal(R"({"$ref": "#/$defs", "x": 1})").find("leads nowhere") != std::string::npos);
  CHECK(refusal(R"({"$ref": "#/enum/0", "enum": ["a"]})").find("leads to what is not a schema") != std::string::npos);
  CHECK(refusal(R"({"$ref": "#/%zz"})").find("expected a URI reference") != std::string::npos);
  CHECK(refusal_of(Json{{"$ref", "#" + std::string(3000, 'a')}}).find("at most 2048 bytes") != std::string::npos);
  CHECK(refusal(R"({"$dynamicRef": "#none"})").find("at \"/$dynamicRef\": leads nowhere") != std::string::npos);
}

TEST_CASE("References that would never end are refused") {
  for (const char* schema :
       {R"({"$ref": "#"})", R"({"allOf": [{"$ref": "#"}]})", R"({"anyOf": [true, {"$ref": "#"}]})",
        R"({"not": {"$ref": "#"}})", R"({"if": {"$ref": "#"}})", R"({"dependentSchemas": {"a": {"$ref": "#"}}})",
        R"({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}})"}) {
    INFO(schema);
    CHECK(refusal(schema).find("leads back to itself about the same value") != std::string::npos);
  }
  CHECK(accepts(R"({"properties": {"a": {"$ref": "#"}}, "items": {"$ref": "#"}, "propertyNames": {"$ref": "#"}})",
                R"({"a": [{}]})"));
}

TEST_CASE("A dynamic reference that never ends is given up, not followed") {
  const std::string schema = R"({"$dynamicAnchor": "n", "allOf": [{"$dynamicRef": "#n"}]})";
  CHECK(problems_of(schema, "1").find("nested too deep") != std::string::npos);
  CHECK(problems_of(R"({"$dynamicAnchor": "n", "not": {"$dynamicRef": "#n"}})", "1").find("nested too deep") !=
        std::string::npos);
}

TEST_CASE("Ids and anchors are unique, and pointers may lead to places that no keyword names") {
  CHECK(refusal(R"({"$defs": {"a": {"$id": "x"}, "b": {"$id": "x"}}})").find("used twice") != std::string::npos);
  CHECK(refusal(R"({"$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}}})").find("used twice") !=
        std::string::npos);
  CHECK(refusal(R"({"$id": "http://x.org/#a"})").find("at \"/$id\": expected no fragment") != std::string::npos);
  const std::string schema = R"({"x-shared": {"deep": {"type": "null"}}, "$ref": "#/x-shared/deep"})";
  CHECK(problems_of(schema, "1") == " | /x-shared/deep/type | expected null, found the number 1");
  CHECK(refusal(R"({"x-shared": {"deep": {"type": "nul"}}, "$ref": "#/x-shared/deep"})").find("/x-shared/deep/type") !=
        std::string::npos);
}

}  // namespace platos::model
