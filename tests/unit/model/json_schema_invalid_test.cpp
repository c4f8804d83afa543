#include <cmath>

#include "json_schema_helper.hpp"

namespace platos::model {

TEST_CASE("A keyword of the wrong type is refused with its place, what was expected and what was found") {
  struct Wrong {
    const char* schema;
    const char* at;
    const char* message;
  };
  const Wrong all[] = {
      {"5", "", "expected a schema: an object, true or false, found the number 5"},
      {R"({"minLength": -1})", "/minLength", "expected a whole number of 0 or more, found the number -1"},
      {R"({"maxItems": 1.5})", "/maxItems", "expected a whole number of 0 or more, found the number 1.5"},
      {R"({"minItems": "1"})", "/minItems", "expected a whole number of 0 or more, found a string \"1\""},
      {R"({"maximum": "5"})", "/maximum", "expected a number, found a string \"5\""},
      {R"({"multipleOf": 0})", "/multipleOf", "expected a number above 0, found the number 0"},
      {R"({"multipleOf": -0.5})", "/multipleOf", "expected a number above 0"},
      {R"({"pattern": 5})", "/pattern", "expected a string, found the number 5"},
      {R"({"type": "strng"})", "/type", "expected a type, or a list of different types"},
      {R"({"type": []})", "/type", "expected a type, or a list of different types"},
      {R"({"type": ["null", "null"]})", "/type", "expected a type, or a list of different types"},
      {R"({"enum": {"a": 1}})", "/enum", "expected an array, found an object {\"a\":1}"},
      {R"({"uniqueItems": 1})", "/uniqueItems", "expected true or false"},
      {R"({"required": "a"})", "/required", "expected an array of different strings"},
      {R"({"required": ["a", "a"]})", "/required", "expected an array of different strings"},
      {R"({"required": [1]})", "/required", "expected an array of different strings"},
      {R"({"dependentRequired": {"a": [1]}})", "/dependentRequired", "expected an object whose members are arrays"},
      {R"({"properties": []})", "/properties", "expected an object whose members are schemas"},
      {R"({"properties": {"a": {"not": 3}}})", "/properties/a/not", "expected a schema"},
      {R"({"properties": {"a": null}})", "/properties/a", "expected a schema"},
      {R"({"$defs": {"a": {"items": []}}})", "/$defs/a/items", "expected a schema"},
      {R"({"$defs": {"a": {"prefixItems": []}}})", "/$defs/a/prefixItems", "expected an array of one or more schemas"},
      {R"({"allOf": {}})", "/allOf", "expected an array of one or more schemas"},
      {R"({"anyOf": []})", "/anyOf", "expected an array of one or more schemas"},
      {R"({"oneOf": [1]})", "/oneOf/0", "expected a schema"},
      {R"({"dependencies": {"a": 1}})", "/dependencies", "expected an object whose members are schemas or arrays"},
      {R"({"$ref": 1})", "/$ref", "expected a string"},
      {R"({"$id": 1})", "/$id", "expected a string"},
      {R"({"$anchor": "1a"})", "/$anchor", "expected a name"},
      {R"({"$schema": 5})", "/$schema", "expected a string"},
      {R"({"title": 5})", "/title", "expected a string"},
  };
  for (const Wrong& wrong : all) {
    INFO(wrong.schema);
    const std::string message = refusal(wrong.schema);
    const std::string where = *wrong.at == '\0' ? "" : std::string(" at \"") + wrong.at + "\"";
    CHECK(message.find("invalid JSON schema" + where + ": " + wrong.message) == 0);
  }
}

TEST_CASE("Numbers that JSON does not have are refused in a schema") {
  CHECK(refusal_of(Json{{"minimum", std::nan("")}}).find("/minimum") != std::string::npos);
  CHECK(refusal_of(Json{{"maximum", HUGE_VAL}}).find("/maximum") != std::string::npos);
  CHECK(refusal_of(Json{{"multipleOf", HUGE_VAL}}).find("/multipleOf") != std::string::npos);
  const auto huge = parse_bounded(R"({"maximum": 1e400})", "the schema");
  REQUIRE_FALSE(huge);
  CHECK(huge.error().code == "json_malformed");
}

TEST_CASE("Values with numbers that JSON does not have are checked without harm") {
  const JsonSchema schema = compiled(R"({"items": {"minimum": 0, "multipleOf": 0.5}, "uniqueItems": true})");
  CHECK_FALSE(schema.check(Json::array({std::nan(""), HUGE_VAL, -HUGE_VAL, std::nan("")})).empty());
  CHECK_FALSE(compiled(R"({"type": "integer"})").check(Json(HUGE_VAL)).empty());
}

TEST_CASE("Patterns that RE2 does not take are refused with the reason") {
  const auto reason = [](const std::string& pattern) {
    const std::string message = refusal_of(Json{{"pattern", pattern}});
    CHECK(message.find("invalid JSON schema at \"/pattern\": the pattern \"") == 0);
    return message;
  };
  CHECK(reason("a(?=b)").find("lookahead is not supported") != std::string::npos);
  CHECK(reason("a(?!b)").find("lookahead is not supported") != std::string::npos);
  CHECK(reason("(?<=a)b").find("lookbehind is not supported") != std::string::npos);
  CHECK(reason("(?<!a)b").find("lookbehind is not supported") != std::string::npos);
  CHECK(reason(R"((a)\1)").find("backreferences are not supported") != std::string::npos);
  CHECK(reason(R"((?<n>a)\k<n>)").find("backreferences are not supported") != std::string::npos);
  for (const char* pattern : {"(",         "a)",
                              "[a",        "a**",
                              "(?i)a",     R"(\)",
                              R"(\z)",     R"(\Q)",
                              R"(\u12)",   R"(\x1)",
                              R"(\uD83D)", R"(\u{110000})",
                              R"(\u{})",   R"(\p{NoSuchScript})",
                              R"(\pL)",    R"(\c1)",
                              "[z-a]",     "(?<n",
                              "a{2000}",   "((a{100}){100}){100}",
                              R"(\01)",    R"([\B])"}) {
    INFO(pattern);
    CHECK(reason(pattern).find("is not understood: ") != std::string::npos);
  }
  CHECK(refusal(R"({"patternProperties": {"(": true}})").find("at \"/patternProperties/(\"") != std::string::npos);
  Json many;
  for (int i = 0; i < 200; ++i) many["patternProperties"]["^a" + std::to_string(i)] = true;
  CHECK(refusal_of(many).find("over 128 different patterns") != std::string::npos);
}

TEST_CASE("Keywords without effect are refused on request, with the one that may be meant") {
  SchemaOptions strict;
  strict.refuse_unknown_keywords = true;
  CHECK(refusal(R"({"properties": {"a": {"minLenght": 5}}})", strict) ==
        "invalid JSON schema at \"/properties/a/minLenght\": unknown keyword, it would be ignored; "
        "did you mean \"minLength\"?");
  CHECK(refusal(R"({"then": true})", strict).find("only beside \"if\"") != std::string::npos);
  CHECK(refusal(R"({"minContains": 1})", strict).find("only beside \"contains\"") != std::string::npos);
  CHECK(refusal(R"({"dependentRequired": {}, "$schema": "http://json-schema.org/draft-07/schema"})", strict)
            .find("unknown keyword") != std::string::npos);
  SchemaOptions strict7 = strict;
  strict7.dialect = SchemaDialect::Draft7;
  CHECK(refusal(R"({"definitions": {"a": {}}, "$ref": "#/definitions/a", "minimum": 1})", strict7)
            .find("at \"/minimum\": it would be ignored: in draft-07 nothing beside") != std::string::npos);
  CHECK(accepts(R"({"definitions": {"a": {}}, "$ref": "#/definitions/a", "description": "d"})", "1", strict7));
  CHECK(accepts(R"({"title": "t", "default": 1, "examples": [1], "format": "email", "if": {}, "else": {}})", "1",
                strict));
  CHECK(accepts(R"({"$ref": "https://json-schema.org/draft/2020-12/schema"})", "{}", strict));
  CHECK(accepts(R"({"minLenght": 5})", R"("a")"));
}

}  // namespace platos::model
