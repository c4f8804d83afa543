#include "skills/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch.hpp>
#include <functional>

namespace platos::skills {
namespace {

/// What a test packs; `type` AE_IFLNK makes a link to `content`.
struct Item {
  std::string path;
  std::string content;
  unsigned type = AE_IFREG;
  std::string hardlink = {};
};

std::string packed(const std::vector<Item>& items, bool zip) {
  std::string bytes(32 * 1024 * 1024, '\0');
  std::size_t used = 0;
  ::archive* writer = archive_write_new();
  if (zip) {
    archive_write_set_format_zip(writer);
  } else {
    archive_write_set_format_pax_restricted(writer);
    archive_write_add_filter_gzip(writer);
  }
  REQUIRE(archive_write_open_memory(writer, bytes.data(), bytes.size(), &used) == ARCHIVE_OK);
  for (const auto& item : items) {
    ::archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, item.path.c_str());
    archive_entry_set_filetype(entry, item.type);
    archive_entry_set_perm(entry, 0644);
    if (item.type == AE_IFLNK) archive_entry_set_symlink(entry, item.content.c_str());
    if (!item.hardlink.empty()) archive_entry_set_hardlink(entry, item.hardlink.c_str());
    const bool has_content = item.type == AE_IFREG && item.hardlink.empty();
    archive_entry_set_size(entry, has_content ? static_cast<la_int64_t>(item.content.size()) : 0);
    REQUIRE(archive_write_header(writer, entry) == ARCHIVE_OK);
    if (has_content) archive_write_data(writer, item.content.data(), item.content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  bytes.resize(used);
  return bytes;
}

std::string code_of(const std::string& bytes) {
  const auto files = read_archive(bytes);
  return files ? "ok" : files.error().code;
}

}  // namespace

TEST_CASE("A zip and a tar.gz give the same files, without the folder that holds all of them") {
  const std::vector<Item> items = {{"my-skill/", "", AE_IFDIR},
                                   {"my-skill/SKILL.md", "x"},
                                   {"my-skill/scripts/a.py", "y"},
                                   {"__MACOSX/my-skill/._SKILL.md", "z"}};
  const model::SkillFiles expected = {{"SKILL.md", "x"}, {"scripts/a.py", "y"}};
  CHECK(read_archive(packed(items, true)).value() == expected);
  CHECK(read_archive(packed(items, false)).value() == expected);
  CHECK(read_archive(packed({{"SKILL.md", "x"}, {"a/b", "y"}}, true)).value() ==
        model::SkillFiles{{"SKILL.md", "x"}, {"a/b", "y"}});
}

TEST_CASE("Links, devices and paths that lead out are refused") {
  for (const bool zip : {true, false}) {
    CHECK(code_of(packed({{"SKILL.md", "x"}, {"passwd", "/etc/passwd", AE_IFLNK}}, zip)) == "archive_irregular");
    CHECK(code_of(packed({{"../../etc/cron.d/x", "x"}}, zip)) == "invalid_path");
    CHECK(code_of(packed({{"a/../../x", "x"}}, zip)) == "invalid_path");
    CHECK(code_of(packed({{"/etc/passwd", "x"}}, zip)) == "invalid_path");
    CHECK(code_of(packed({{"a", "x"}, {"a", "y"}}, zip)) == "archive_irregular");
  }
  CHECK(code_of(packed({{"a", "x"}, {"b", "", AE_IFREG, "a"}}, false)) == "archive_irregular");
  CHECK(code_of(packed({{"pipe", "", AE_IFIFO}}, false)) == "archive_irregular");
}

TEST_CASE("Bombs are counted while they are unpacked") {
  for (const bool zip : {true, false}) {
    const std::string bomb = packed({{"zeros", std::string(20 * 1024 * 1024, '\0')}}, zip);
    CHECK(bomb.size() < 100'000);
    CHECK(code_of(bomb) == "skill_too_large");
    std::vector<Item> parts;
    for (int i = 0; i < 6; ++i) parts.push_back({"part" + std::to_string(i), std::string(1024 * 1024, 'x')});
    CHECK(code_of(packed(parts, zip)) == "skill_too_large");
    std::vector<Item> many;
    for (int i = 0; i < 500; ++i) many.push_back({"d" + std::to_string(i) + "/", "", AE_IFDIR});
    CHECK(code_of(packed(many, zip)) == "skill_too_large");
  }
}

TEST_CASE("What packers leave beside the skill counts, too") {
  for (const bool zip : {true, false}) {
    const std::string litter(20 * 1024 * 1024, '\0');
    CHECK(code_of(packed({{"SKILL.md", "x"}, {"__MACOSX/zeros", litter}}, zip)) == "skill_too_large");
    CHECK(read_archive(packed({{"SKILL.md", "x"}, {"__MACOSX/SKILL.md", "y"}, {".DS_Store", "z"}}, zip))->size() == 1);
  }
}

TEST_CASE("What is no archive, or a broken one, says so") {
  CHECK(code_of("") == "archive_unreadable");
  CHECK(code_of("just text") == "archive_unreadable");
  CHECK(code_of("PK\x03\x04 and then nothing that makes sense") == "archive_unreadable");
  CHECK(code_of("\x1F\x8B\x08 no") == "archive_unreadable");
  const std::string good = packed({{"SKILL.md", std::string(50'000, 'x') + "tail"}}, false);
  CHECK(code_of(good.substr(0, good.size() / 2)) == "archive_unreadable");
  for (std::size_t i = 0; i < good.size(); i += 3) {
    std::string bent = good;
    bent[i] = static_cast<char>(bent[i] ^ 0x55);
    CHECK_NOTHROW(read_archive(bent));
  }
}

}  // namespace platos::skills
