#include "json_schema_helper.hpp"

namespace platos::model {

TEST_CASE("A problem names the place in the value, the rule in the schema, what was expected and what was found") {
  const std::string schema = R"({"properties": {"items": {"items": {"properties": {"price": {"type": "number"}}}}}})";
  CHECK(problems_of(schema, R"({"items": [{"price": 1}, {}, {"price": "2"}]})") ==
        "/items/2/price | /properties/items/items/properties/price/type | expected a number, found a string");
  CHECK(problems_of(R"({"properties": {"a/b~": {"type": "null"}}})", R"({"a/b~": 1})") ==
        "/a~1b~0 | /properties/a~1b~0/type | expected null, found the number 1");
}

TEST_CASE("All problems are reported up to the limit, and one even when the limit is 0") {
  const std::string schema = R"({"items": {"type": "string"}})";
  const Json value = Json::parse("[1,2,3,4,5]");
  CHECK(compiled(schema).check(value).size() == 5);
  SchemaOptions options;
  options.max_problems = 2;
  CHECK(compiled(schema, options).check(value).size() == 2);
  options.max_problems = 0;
  CHECK(compiled(schema, options).check(value).size() == 1);
}

TEST_CASE("validate turns problems into an error with one line a problem") {
  const JsonSchema schema = compiled(R"({"required": ["city"], "properties": {"days": {"type": "integer"}}})");
  CHECK(schema.validate(Json::parse(R"({"city": "Ulm"})"), "the arguments", "invalid_arguments"));
  const auto result = schema.validate(Json::parse(R"({"days": "3"})"), "the arguments", "invalid_arguments");
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::InvalidArgument);
  CHECK(result.error().code == "invalid_arguments");
  CHECK(result.error().message == "the arguments: missing property \"city\" (and 1 more)");
  REQUIRE(result.error().validation_errors.size() == 2);
  CHECK(result.error().validation_errors[1] == "/days: expected a whole number, found a string");
  const auto deeper = schema.validate(Json::parse(R"({"city": 1, "days": 1.5})"), "the arguments", "c");
  REQUIRE_FALSE(deeper);
  CHECK(deeper.error().message == "the arguments at /days: expected a whole number, found the number 1.5");
}

TEST_CASE("true allows all, false refuses all") {
  CHECK(accepts("true", "[1]"));
  CHECK(accepts("{}", "null"));
  CHECK(problems_of("false", "1") == " |  | expected nothing here, found the number 1");
  CHECK(problems_of(R"({"properties": {"a": false}})", R"({"a": {}})") ==
        "/a | /properties/a | expected nothing here, found an object");
}

TEST_CASE("type knows seven names, and 1.0 is an integer") {
  CHECK(accepts(R"({"type": "integer"})", "1.0"));
  CHECK(accepts(R"({"type": "integer"})", "1e300"));
  CHECK_FALSE(accepts(R"({"type": "integer"})", "1.5"));
  CHECK(accepts(R"({"type": "number"})", "18446744073709551615"));
  CHECK(problems_of(R"({"type": ["string", "null"]})", "[]") == " | /type | expected null or a string, found an array");
  CHECK_FALSE(accepts(R"({"type": "boolean"})", "0"));
  CHECK_FALSE(accepts(R"({"type": "null"})", "false"));
  CHECK_FALSE(accepts(R"({"type": "object"})", "[]"));
}

TEST_CASE("enum and const compare as mathematics does, at any depth") {
  CHECK(accepts(R"({"const": 1})", "1.0"));
  CHECK(accepts(R"({"const": {"a": [1, {"b": 2}]}})", R"({"a": [1.0, {"b": 2e0}]})"));
  CHECK_FALSE(accepts(R"({"const": 9007199254740993})", "9007199254740992.0"));
  CHECK_FALSE(accepts(R"({"const": 18446744073709551615})", "-1"));
  CHECK_FALSE(accepts(R"({"const": 18446744073709551615})", "18446744073709551616.0"));
  CHECK(accepts(R"({"const": 0})", "-0.0"));
  CHECK_FALSE(accepts(R"({"const": false})", "0"));
  CHECK_FALSE(accepts(R"({"enum": []})", "0"));
  CHECK(problems_of(R"({"enum": ["celsius", "kelvin", 5]})", R"("Celsius")") ==
        " | /enum | expected one of \"celsius\", \"kelvin\", 5, found \"Celsius\"");
  CHECK(problems_of(R"({"const": null})", "[]") == " | /const | expected null, found an array");
  CHECK(problems_of(R"({"enum": [1,2,3,4,5,6,7,8,9,10,11,12]})", "0").find("10 or 2 others, found") !=
        std::string::npos);
}

TEST_CASE("Limits of numbers are exact for 64-bit integers and doubles") {
  CHECK(accepts(R"({"minimum": 9007199254740993})", "9007199254740993"));
  CHECK_FALSE(accepts(R"({"minimum": 9007199254740993})", "9007199254740992.0"));
  CHECK(accepts(R"({"maximum": 18446744073709551615})", "18446744073709551615"));
  CHECK_FALSE(accepts(R"({"maximum": 18446744073709551614})", "18446744073709551615"));
  CHECK_FALSE(accepts(R"({"minimum": 0})", "-9223372036854775808"));
  CHECK(accepts(R"({"minimum": -1e308})", "-9223372036854775808"));
  CHECK_FALSE(accepts(R"({"exclusiveMaximum": 3})", "3.0"));
  CHECK(accepts(R"({"exclusiveMaximum": 3})", "2.9999"));
  CHECK(accepts(R"({"minimum": 5})", R"("text")"));
  CHECK(problems_of(R"({"minimum": 1.5})", "1") == " | /minimum | expected a number of at least 1.5, found 1");
  CHECK(problems_of(R"({"exclusiveMinimum": 1})", "1") == " | /exclusiveMinimum | expected a number above 1, found 1");
  CHECK(problems_of(R"({"maximum": 1})", "2") == " | /maximum | expected a number of at most 1, found 2");
}

TEST_CASE("multipleOf is exact in decimal") {
  for (const char* number : {"0.07", "19.99", "0.29", "1.15", "4.35", "1e-2", "1234567.89", "0", "-0.03", "1e300"}) {
    INFO(number);
    CHECK(accepts(R"({"multipleOf": 0.01})", number));
  }
  CHECK_FALSE(accepts(R"({"multipleOf": 0.01})", "0.075"));
  CHECK_FALSE(accepts(R"({"multipleOf": 0.01})", "1e-300"));
  CHECK(accepts(R"({"multipleOf": 0.1})", "0.3"));
  CHECK_FALSE(accepts(R"({"multipleOf": 0.3})", "1"));
  CHECK(accepts(R"({"multipleOf": 1e-8})", "12391239123"));
  CHECK_FALSE(accepts(R"({"multipleOf": 0.123456789})", "1e308"));
  CHECK(accepts(R"({"multipleOf": 0.25})", "-999999999999999.25"));
  CHECK_FALSE(accepts(R"({"multipleOf": 0.1})", "0.30000000000000004"));
  CHECK(accepts(R"({"multipleOf": 3})", "18446744073709551615"));
  CHECK_FALSE(accepts(R"({"multipleOf": 2})", "18446744073709551615"));
  CHECK(accepts(R"({"multipleOf": 2})", "-9223372036854775808"));
  CHECK(accepts(R"({"multipleOf": 18446744073709551615})", "18446744073709551615"));
  CHECK(problems_of(R"({"multipleOf": 5})", "7") == " | /multipleOf | expected a multiple of 5, found 7");
}

TEST_CASE("Lengths of texts count code points") {
  CHECK(accepts(R"({"minLength": 2, "maxLength": 2})", "\"\xF0\x9F\x98\x80\xC3\xA9\""));
  CHECK(problems_of(R"({"maxLength": 1})", "\"\xC3\xA9\xC3\xA9\"") ==
        " | /maxLength | expected at most 1 character, found 2");
  CHECK(problems_of(R"({"minLength": 2.0})", R"("")") == " | /minLength | expected at least 2 characters, found 0");
  CHECK(accepts(R"({"maxLength": 1e300})", R"("abc")"));
  CHECK(accepts(R"({"minLength": 9})", "5"));
}

TEST_CASE("Patterns are found anywhere, in the syntax of ECMA-262") {
  const auto finds = [](const std::string& pattern, const std::string& text) {
    return accepts(Json({{"pattern", pattern}}).dump(), Json(text).dump());
  };
  CHECK(finds("b", "abc"));
  CHECK_FALSE(finds("^b", "abc"));
  CHECK(finds(R"(^\s$)", "\xC2\xA0"));
  CHECK(finds(R"(^\s$)", "\v"));
  CHECK_FALSE(finds(R"(\S)", "\xE2\x80\x83"));
  CHECK(finds(R"(^[^\s]+$)", "a\xC3\xA9"));
  CHECK_FALSE(finds(R"(^[\S]$)", " "));
  CHECK(finds(R"(^\u00e9\x41\cJ\0?\u{1F600}\uD83D\uDE00$)",
              "\xC3\xA9"
              "A\n\xF0\x9F\x98\x80\xF0\x9F\x98\x80"));
  CHECK(finds(R"(^\p{Letter}\p{Lu}\p{Script=Greek}\P{N}$)", "aB\xCE\xB1-"));
  CHECK_FALSE(finds("^.$", "\r"));
  CHECK_FALSE(finds("^.$", "\xE2\x80\xA8"));
  CHECK_FALSE(finds("^a$", "a\n"));
  CHECK_FALSE(finds("[]", "a"));
  CHECK(finds("^[^]$", "\n"));
  CHECK(finds(R"(^[[:alpha:]\]]+$)", "[:alph]") == false);
  CHECK(finds(R"(^[\b]$)", "\b"));
  CHECK(finds(R"(^(?<year>\d{4})-(\d{2})\/$)", "2030-01/"));
  CHECK_FALSE(finds(R"(^\d$)", "\xD9\xA3"));
  CHECK(problems_of(R"({"pattern": "^\\d+$"})", R"("secret")") ==
        " | /pattern | expected a string that matches the pattern \"^\\\\d+$\", found one that does not");
}

TEST_CASE("prefixItems, items, and the two forms of items in draft-07") {
  const std::string pair = R"([{"type": "integer"}, {"type": "string"}])";
  CHECK(accepts(R"({"prefixItems": )" + pair + "}", R"([1, "a", null])"));
  CHECK(problems_of(R"({"prefixItems": )" + pair + R"(, "items": false})", R"(["1", "a", null])") ==
        "/0 | /prefixItems/0/type | expected a whole number, found a string\n"
        "/2 | /items | expected nothing here, found null");
  CHECK(problems_of(R"({"items": )" + pair + R"(, "additionalItems": {"type": "null"}})", R"([1, "a", null, 1])",
                    draft7()) == "/3 | /additionalItems/type | expected null, found the number 1");
  CHECK(accepts(R"({"items": {}, "additionalItems": false})", "[1, 2]", draft7()));
  CHECK(accepts(R"({"additionalItems": false})", "[1, 2]"));
}

TEST_CASE("Sizes of arrays and objects") {
  CHECK(problems_of(R"({"minItems": 2})", "[1]") == " | /minItems | expected at least 2 items, found 1");
  CHECK(problems_of(R"({"maxItems": 0})", "[1]") == " | /maxItems | expected at most 0 items, found 1");
  CHECK(problems_of(R"({"minProperties": 1})", "{}") == " | /minProperties | expected at least 1 property, found 0");
  CHECK(problems_of(R"({"maxProperties": 1})", R"({"a":1,"b":2})") ==
        " | /maxProperties | expected at most 1 property, found 2");
}

TEST_CASE("uniqueItems compares by value and names the equal ones") {
  CHECK(accepts(R"({"uniqueItems": true})", R"([1, true, "1", [1], {"a": 1}, null, 0, false])"));
  CHECK(problems_of(R"({"uniqueItems": true})", R"([{"a": 1, "b": [2]}, 5, {"b": [2.0], "a": 1}])") ==
        " | /uniqueItems | expected items that all differ, found equal ones at 0 and 2");
  CHECK(accepts(R"({"uniqueItems": false})", "[1, 1]"));
}

TEST_CASE("contains counts fitting items") {
  CHECK(problems_of(R"({"contains": {"type": "null"}})", "[1]") ==
        " | /contains | expected at least 1 fitting items, found 0");
  CHECK_FALSE(accepts(R"({"contains": {}})", "[]"));
  CHECK(accepts(R"({"contains": {"type": "null"}, "minContains": 0})", "[]"));
  CHECK(problems_of(R"({"contains": {"const": 1}, "minContains": 2})", "[1, 2]") ==
        " | /minContains | expected at least 2 fitting items, found 1");
  CHECK(problems_of(R"({"contains": {"const": 1}, "maxContains": 1})", "[1, 1]") ==
        " | /maxContains | expected at most 1 fitting items, found more");
  CHECK(accepts(R"({"contains": {"const": 1}, "maxContains": 1})", "[1, 1]", draft7()));
  CHECK(accepts(R"({"minContains": 3})", "[]"));
}

TEST_CASE("required lists what is missing by name") {
  CHECK(problems_of(R"({"required": ["b", "a", "c"]})", R"({"a": null})") ==
        " | /required | missing properties \"b\", \"c\"");
  CHECK(accepts(R"({"required": ["a"]})", "[]"));
}

TEST_CASE("properties, patternProperties and additionalProperties share the members among them") {
  const std::string schema = R"({"properties": {"name": {"type": "string"}, "x-a": {"minimum": 3}},
    "patternProperties": {"^x-": {"type": "number"}}, "additionalProperties": false})";
  CHECK(accepts(schema, R"({"name": "n", "x-a": 3, "x-b": 1})"));
  CHECK(problems_of(schema, R"({"x-a": 2, "x-b": "1"})") ==
        "/x-a | /properties/x-a/minimum | expected a number of at least 3, found 2\n"
        "/x-b | /patternProperties/^x-/type | expected a number, found a string");
  CHECK(problems_of(schema, R"({"nmae": "n"})") ==
        " | /additionalProperties | unknown property \"nmae\"; did you mean \"name\"?");
  CHECK(problems_of(schema, R"({"one": 1, "\u0007two\u00e9": 1})") ==
        " | /additionalProperties | unknown properties \"?two??\", \"one\"");
  CHECK(problems_of(R"({"additionalProperties": {"type": "null"}})", R"({"a": 1})") ==
        "/a | /additionalProperties/type | expected null, found the number 1");
  const std::string long_name(5000, 'n');
  CHECK(problems_of(schema, Json({{long_name, 1}}).dump()).size() < 200);
}

TEST_CASE("propertyNames, dependentRequired, dependentSchemas and dependencies") {
  CHECK(problems_of(R"({"propertyNames": {"maxLength": 2}})", R"({"ab": 1, "abc": 1})") ==
        " | /propertyNames | the name of property \"abc\": expected at most 2 characters, found 3");
  CHECK(problems_of(R"({"dependentRequired": {"card": ["holder", "address"]}})", R"({"card": 1, "holder": 1})") ==
        " | /dependentRequired | missing property \"address\", required beside \"card\"");
  CHECK(accepts(R"({"dependentRequired": {"card": ["address"]}})", "{}"));
  CHECK(problems_of(R"({"dependentSchemas": {"a/b": {"minProperties": 2}}})", R"({"a/b": 1})") ==
        " | /dependentSchemas/a~1b/minProperties | expected at least 2 properties, found 1");
  CHECK_FALSE(accepts(R"({"dependencies": {"a": ["b"], "c": false}})", R"({"a": 1})", draft7()));
  CHECK_FALSE(accepts(R"({"dependencies": {"a": ["b"], "c": false}})", R"({"c": 1})", draft7()));
  CHECK_FALSE(accepts(R"({"dependencies": {"a": ["b"]}})", R"({"a": 1})"));
  CHECK(accepts(R"({"dependentRequired": {"a": ["b"]}})", R"({"a": 1})", draft7()));
}

TEST_CASE("allOf, anyOf, oneOf and not") {
  CHECK(problems_of(R"({"allOf": [{"minimum": 3}, {"multipleOf": 2}]})", "1") ==
        " | /allOf/0/minimum | expected a number of at least 3, found 1\n"
        " | /allOf/1/multipleOf | expected a multiple of 2, found 1");
  CHECK(accepts(R"({"anyOf": [{"type": "null"}, {"minimum": 3}]})", "4"));
  CHECK(problems_of(R"({"anyOf": [{"type": "null"}, {"required": ["a"]}]})", "{}") ==
        " | /anyOf | fits none of the 2 alternatives: (1) expected null, found an object; (2) missing property \"a\"");
  CHECK(problems_of(R"({"anyOf": [{"properties": {"a": {"type": "null"}}}, false]})", R"({"a": 1})")
            .find("(1) /a: expected null, found the number 1; (2) expected nothing here") != std::string::npos);
  CHECK(problems_of(R"({"oneOf": [{"minimum": 1}, {"minimum": 2}, {"minimum": 3}]})", "2") ==
        " | /oneOf | fits the alternatives 1 and 2, expected exactly one of 3");
  CHECK(accepts(R"({"oneOf": [{"minimum": 1}, {"minimum": 2}]})", "1"));
  CHECK_FALSE(accepts(R"({"oneOf": [{"minimum": 1}, {"minimum": 2}]})", "0"));
  CHECK(problems_of(R"({"not": {"type": "string"}})", R"("a")") ==
        " | /not | fits the schema that it must not fit; found a string");
}

TEST_CASE("if chooses between then and else") {
  const std::string schema = R"({"if": {"minimum": 10}, "then": {"multipleOf": 10}, "else": {"type": "integer"}})";
  CHECK(accepts(schema, "20"));
  CHECK_FALSE(accepts(schema, "25"));
  CHECK(accepts(schema, "3"));
  CHECK(problems_of(schema, "3.5") == " | /else/type | expected a whole number, found the number 3.5");
  CHECK(accepts(R"({"then": false, "else": false})", "1"));
}

TEST_CASE("unevaluatedProperties sees what other schemas about the same value evaluated") {
  const std::string schema = R"({"properties": {"a": true}, "allOf": [{"properties": {"b": true}}],
    "anyOf": [{"properties": {"c": {"const": 1}}, "required": ["c"]}, {"properties": {"d": true}}],
    "if": {"properties": {"e": {"const": 1}}, "required": ["e"]}, "then": {"patternProperties": {"^f": true}},
    "dependentSchemas": {"a": {"properties": {"g": true}}}, "$ref": "#/$defs/h",
    "$defs": {"h": {"properties": {"h": true}}}, "unevaluatedProperties": false})";
  CHECK(accepts(schema, R"({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "f1": 1, "g": 1, "h": 1})"));
  CHECK(problems_of(schema, R"({"a": 1, "z": 1})") == " | /unevaluatedProperties | unknown property \"z\"");
  CHECK_FALSE(accepts(schema, R"({"c": 2})"));
  CHECK_FALSE(accepts(schema, R"({"e": 2})"));
  CHECK_FALSE(accepts(schema, R"({"g": 2})"));
  CHECK_FALSE(
      accepts(R"({"not": {"not": {"properties": {"a": true}}}, "unevaluatedProperties": false})", R"({"a": 1})"));
  CHECK_FALSE(accepts(R"({"allOf": [{"unevaluatedProperties": false}], "properties": {"a": true}})", R"({"a": 1})"));
  CHECK(accepts(R"({"allOf": [{"unevaluatedProperties": true}], "unevaluatedProperties": false})", R"({"a": 1})"));
  CHECK(problems_of(R"({"unevaluatedProperties": {"type": "null"}})", R"({"a": 1})") ==
        "/a | /unevaluatedProperties/type | expected null, found the number 1");
  CHECK(accepts(schema.substr(0, schema.size() - 1) + R"(, "$schema": "http://json-schema.org/draft-07/schema#"})",
                R"({"z": 1})"));
}

TEST_CASE("unevaluatedItems sees prefixes, items and contained items") {
  CHECK_FALSE(accepts(R"({"prefixItems": [true], "unevaluatedItems": false})", "[1, 2]"));
  CHECK(accepts(R"({"allOf": [{"prefixItems": [true, true]}], "unevaluatedItems": false})", "[1, 2]"));
  CHECK(accepts(R"({"anyOf": [{"items": true}], "unevaluatedItems": false})", "[1, 2]"));
  CHECK(accepts(R"({"contains": {"const": 1}, "unevaluatedItems": {"const": 2}})", "[2, 1, 2]"));
  CHECK(problems_of(R"({"contains": {"const": 1}, "unevaluatedItems": false})", "[1, 2, 1]") ==
        "/1 | /unevaluatedItems | expected nothing here, found the number 2");
  CHECK_FALSE(
      accepts(R"({"oneOf": [{"prefixItems": [{"const": 2}]}, {"maxItems": 1}], "unevaluatedItems": false})", "[1]"));
}

TEST_CASE("format and the content keywords do not rule") {
  CHECK(
      accepts(R"({"format": "email", "contentEncoding": "base64", "contentMediaType": "application/json"})", R"("?")"));
}

}  // namespace platos::model
