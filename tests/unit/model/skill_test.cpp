#include "model/skill.hpp"

#include <catch2/catch.hpp>

namespace platos::model {
namespace {

const std::string kGood = "---\nname: pdf-forms\ndescription: Fills forms.\n---\n\n# Forms\n\nDo this.\n";

std::string skill_code(const std::string& text, std::string_view folder = {}) {
  const auto manifest = parse_skill_md(text, folder);
  return manifest ? "ok" : manifest.error().code;
}
std::string manifest_code(const std::string& front) {
  const auto manifest = parse_skill_manifest("---\n" + front + "\n---\nBody");
  return manifest ? "ok" : manifest.error().code;
}
std::string package_code(SkillFiles files, std::string_view folder = {}) {
  const auto package = make_skill_package(std::move(files), folder);
  return package ? "ok" : package.error().code;
}

}  // namespace

TEST_CASE("A SKILL.md is read whole") {
  const auto skill = parse_skill_md(
      "---\nname: pdf-forms\ndescription: |\n  Fills\n  forms.\nlicense: MIT\ncompatibility: Needs git\n"
      "allowed-tools: Read Bash(git:*)\nmetadata:\n  version: 1.10\n  required-env: A_KEY B_KEY\n"
      "  optional-env: C_KEY\n---\r\n\n# Forms\n---\nDo this.\n",
      "pdf-forms");
  REQUIRE(skill);
  CHECK(skill->id == "pdf-forms");
  CHECK(skill->description == "Fills\nforms.");
  CHECK(skill->license == "MIT");
  CHECK(skill->compatibility == "Needs git");
  CHECK(skill->allowed_tools == std::vector<std::string>{"Read", "Bash(git:*)"});
  CHECK(skill->version == "1.10");
  CHECK(skill->required_env == std::vector<std::string>{"A_KEY", "B_KEY"});
  CHECK(skill->optional_env == std::vector<std::string>{"C_KEY"});
  CHECK(skill->body == "# Forms\n---\nDo this.");
}

TEST_CASE("Names keep the rules of the specification") {
  const auto named = [](const std::string& name) {
    return skill_code("---\nname: \"" + name + "\"\ndescription: d\n---\n");
  };
  for (const auto& good : {std::string("a"), std::string("pdf-2"), std::string(64, 'a')}) CHECK(named(good) == "ok");
  for (const auto& bad :
       {std::string("A"), std::string("-a"), std::string("a-"), std::string("a--b"), std::string("a_b"),
        std::string("a.b"), std::string("a b"), std::string("../a"), std::string("é"), std::string(65, 'a')}) {
    INFO(bad);
    CHECK(named(bad) == "invalid_name");
  }
  CHECK(named("") == "missing_field");
  CHECK(skill_code(kGood, "pdf-forms") == "ok");
  CHECK(skill_code(kGood, "other") == "invalid_name");
}

TEST_CASE("Hostile and broken frontmatter is refused with a code of its own") {
  CHECK(skill_code("name: x") == "missing_frontmatter");
  CHECK(skill_code("---\nname: x\n") == "missing_frontmatter");
  CHECK(skill_code("") == "missing_frontmatter");
  CHECK(skill_code("---\n- a\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: [a]\ndescription: d\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: a\n---\n") == "missing_field");
  CHECK(skill_code("---\nname: a\ndescription: d\nversion: 1\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: a\ndescription: d\ncompatibility: 3\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: a\ndescription: d\nmetadata: [x]\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: a\ndescription: d\nmetadata: {required-env: 'a b;c'}\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: a\ndescription: \"\\u0007\"\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: a\ndescription: " + std::string(1025, 'd') + "\n---\n") == "invalid_field");
  CHECK(skill_code("---\nname: a\ndescription: &x d\n---\n") == "yaml_alias");
  CHECK(skill_code("\xEF\xBB\xBF" + kGood) == "skill_not_utf8");
  CHECK(skill_code("---\nname: a\ndescription: \xE9t\xE9\n---\n") == "skill_not_utf8");
  CHECK(skill_code(std::string("\xFF\xFE-\0-\0-\0", 8)) == "skill_not_utf8");
  CHECK(skill_code(kGood + std::string(kMaxSkillManifestBytes, 'x')) == "skill_too_large");
  CHECK(skill_code("---\n" + std::string(70'000, '#') + "\n---\n") == "yaml_too_large");
}

TEST_CASE("A manifest of the reference is read, ids as its rules say") {
  const auto skill = parse_skill_manifest(
      "---\nid: Acme.My-Skill\ndescription: d\nversion: 1.0\nspec_version: 1\nrequired_env: [A_KEY]\ntags:\n  - x\n"
      "provides_tools:\n  - name: go\n    description: Goes.\n    inputSchema: {\"type\": \"object\", \"properties\": "
      "{\"n\": {\"type\": \"integer\", \"minimum\": 1}}}\n    handler: skill:acme.my-skill:go\n---\nBody\n");
  REQUIRE(skill);
  CHECK(skill->id == "acme.my-skill");
  CHECK(skill->name == "acme.my-skill");
  CHECK(skill->version == "1.0");
  REQUIRE(skill->tools.size() == 1);
  CHECK(skill->tools[0].input_schema_json == R"({"properties":{"n":{"minimum":1,"type":"integer"}},"type":"object"})");
  for (const auto* id : {"platos.web_search", "a.b.c", "A.B"})
    CHECK(manifest_code(std::string("description: d\nid: ") + id) == "ok");
  for (const auto* id : {"web_search", ".a", "a.", "a..b", "a/b.c", "a b.c"})
    CHECK(manifest_code(std::string("description: d\nid: '") + id + "'") == "invalid_id");
  CHECK(parse_skill_manifest("---\nname: My Skill!\ndescription: d\n---\n")->id == "community.my-skill");
  CHECK(manifest_code("description: d") == "missing_field");
  CHECK(manifest_code("id: a.b") == "missing_field");
  CHECK(manifest_code("id: a.b\ndescription: d\nrequired_env: A") == "invalid_field");
  CHECK(manifest_code("id: a.b\ndescription: d\nprovides_tools: [{name: 'x y'}]") == "invalid_field");
  CHECK(manifest_code("id: a.b\ndescription: d\nprovides_tools: [{name: x}, {name: x}]") == "invalid_field");
  CHECK(manifest_code("id: a.b\ndescription: d\nprovides_tools: [{name: x, inputSchema: {type: 3}}]") ==
        "invalid_field");
  CHECK(manifest_code("id: a.b\ndescription: d\nhandlr: x") == "invalid_field");
}

TEST_CASE("A single source is a SKILL.md when it has no field of the other form") {
  CHECK(parse_skill_source(kGood)->form == SkillForm::SkillMd);
  CHECK(parse_skill_source("---\nid: a.b\ndescription: d\n---\n")->form == SkillForm::Manifest);
  CHECK(parse_skill_source("---\nname: My Skill\ndescription: d\n---\n")->id == "community.my-skill");
}

TEST_CASE("Packages: one manifest, paths inside, sizes") {
  CHECK(package_code({{"SKILL.md", kGood}, {"references/a.md", "x"}}, "pdf-forms") == "ok");
  CHECK(package_code({{"readme.md", "x"}}) == "no_manifest");
  CHECK(package_code({{"inner/SKILL.md", kGood}}) == "no_manifest");
  CHECK(package_code({{"SKILL.md", kGood}, {"a.skill.md", "x"}}) == "many_manifests");
  for (const auto& path :
       {std::string("../x"), std::string("a/../../x"), std::string("/etc/passwd"), std::string("a//b"),
        std::string("./a"), std::string("a\\b"), std::string("C:x"), std::string("a\nb"), std::string(201, 'a'),
        std::string("a/b/c/d/e/f/g/h/i"), std::string("\xFF")}) {
    INFO(path);
    CHECK(package_code({{"SKILL.md", kGood}, {path, "x"}}) == "invalid_path");
  }
  CHECK(package_code({{"SKILL.md", kGood}, {"A.md", "x"}, {"a.md", "y"}}) == "invalid_path");
  CHECK(package_code({{"SKILL.md", kGood}, {"big", std::string(kMaxSkillFileBytes + 1, 'x')}}) == "skill_too_large");
  SkillFiles many = {{"SKILL.md", kGood}};
  for (std::size_t i = 0; i < kMaxSkillFiles; ++i) many["f" + std::to_string(i)] = "x";
  CHECK(package_code(many) == "skill_too_large");
  SkillFiles heavy = {{"SKILL.md", kGood}};
  for (int i = 0; i < 5; ++i) heavy["f" + std::to_string(i)] = std::string(kMaxSkillFileBytes, 'x');
  CHECK(package_code(heavy) == "skill_too_large");
}

TEST_CASE("A handler names a script that is there") {
  const std::string front =
      "---\nid: a.b\ndescription: d\nprovides_tools: [{name: go, handler: 'script:scripts/go.py'}]\n---\n";
  CHECK(package_code({{"a.skill.md", front}}) == "invalid_field");
  CHECK(package_code({{"a.skill.md", front}, {"scripts/go.py", "print(1)"}}) == "ok");
}

TEST_CASE("The checksum is that of the lines of sha256sum, in any order of the files") {
  // printf 'a' | sha256sum; printf 'b' | sha256sum; and of both lines.
  CHECK(skill_checksum({{"x/b", "b"}, {"a", "a"}}) ==
        "1c1fe0775c22557bd4eeddab37020f5ad8aba96f77007e20b468ca8ed84314e2");
  CHECK(skill_checksum({{"a", "a"}}) != skill_checksum({{"b", "a"}}));
}

}  // namespace platos::model
