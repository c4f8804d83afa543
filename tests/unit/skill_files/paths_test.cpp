#include "desk.hpp"

using namespace skill_files_test;

namespace {

std::string nested(int folders) {
  std::string path;
  for (int i = 0; i < folders; ++i) path += "d/";
  return path + "f";
}

}  // namespace

TEST_CASE("a path below the workspace has several spellings, and is one file") {
  Desk desk;
  desk.write("a/b.txt", "x");
  for (const char* same :
       {"a/b.txt", "./a/b.txt", "././a/b.txt", "a/b.txt/", "/workspace/a/b.txt", "/workspace/./a/b.txt"}) {
    CAPTURE(same);
    CHECK(desk.read(same)["content"] == "x");
    CHECK(desk.answer("upload_to_sandbox", {{"path", same}})["sandboxPath"] == "/workspace/a/b.txt");
  }
  for (const char* whole : {"", "/", ".", "./", "/workspace", "/workspace/"})
    CHECK(desk.listed(whole) == Paths{"a", "a/b.txt"});
}

TEST_CASE("a path that leads elsewhere, or is none, is refused by every tool, and nothing outside is touched") {
  Desk desk;
  desk.dir.write("outside.txt", "secret");
  desk.put("inside.txt", "mine");
  const std::string nul("inside.txt\0/../outside.txt", 26);
  for (const std::string& path :
       {std::string(".."), std::string("../outside.txt"), std::string("a/../../outside.txt"), std::string("a/.."),
        std::string("/etc/passwd"), std::string("//workspace/a"), std::string("/workspace/../outside.txt"),
        std::string("/workspace//etc/passwd"), std::string("/workspaces/x"), std::string("a//b"), std::string("a/./b"),
        nul, std::string("a\0b", 3), std::string(256, 'n'), std::string(4096, 'n'),
        "a/" + std::string(256, 'n') + "/b"}) {
    CAPTURE(path);
    const Json file = {{"path", path}};
    CHECK(has(desk.refusal("read_file", file), "expected a relative one such as notes/plan.md"));
    desk.refusal("write_file", {{"path", path}, {"content", "overwritten"}});
    desk.refusal("delete_file", file);
    desk.refusal("list_dir", {{"prefix", path}});
    desk.refusal("search_files", {{"query", "secret"}, {"prefix", path}});
    desk.refusal("move_file", {{"from", path}, {"to", "here"}});
    desk.refusal("move_file", {{"from", "inside.txt"}, {"to", path}});
    desk.refusal("upload_to_sandbox", file);
    desk.refusal("upload_to_sandbox", {{"path", "inside.txt"}, {"destPath", path}});
  }
  CHECK(desk.count() == 1);
  CHECK(desk.on_disk("inside.txt") == "mine");
  CHECK(desk.on_disk("../outside.txt") == "secret");
}

TEST_CASE(
    "a name may be as long as the disk takes, a path sixty folders deep; an error does not repeat them at length") {
  Desk desk;
  const std::string longest(255, 'n');
  desk.write(longest, "x");
  CHECK(desk.read(longest)["content"] == "x");
  CHECK(has(desk.refusal("read_file", {{"path", nested(60)}}), "at most 60 folders"));
  desk.write(nested(58), "deep");
  CHECK(desk.read(nested(58))["content"] == "deep");
  // Each part fits, the whole does not.
  std::string long_path;
  for (int i = 0; i < 30; ++i) long_path += longest + "/";
  for (const char* tool : {"read_file", "delete_file"}) {
    const std::string reason = desk.refusal(tool, {{"path", long_path + "f"}});
    CHECK(has(reason, "File name too long"));
    CHECK(reason.size() < 200);
  }
  CHECK(desk.refusal("read_file", {{"path", std::string(3 * 1024 * kKiB, '/')}}).size() < 200);
}

TEST_CASE("names with every other character are names") {
  Desk desk;
  for (const std::string& name :
       {std::string("a b"), std::string("-rf"), std::string("~"), std::string("$(x)"), std::string("..."),
        std::string(".hidden"), std::string("\xC3\xA9\n\t\"'\\"), std::string("*"), std::string("con")}) {
    CAPTURE(name);
    desk.write(name, name);
    CHECK(desk.on_disk(name) == name);
    CHECK(desk.read(name)["content"] == name);
    CHECK(desk.answer("delete_file", {{"path", name}})["deleted"] == true);
  }
  CHECK(desk.count() == 0);
}

TEST_CASE("what is not there, or is something else, is said so") {
  Desk desk;
  desk.put("folder/file", "x");
  CHECK(has(desk.refusal("read_file", {{"path", "none"}}, PLATOS_NOT_FOUND), "list_dir tells what is there"));
  desk.refusal("delete_file", {{"path", "none"}}, PLATOS_NOT_FOUND);
  desk.refusal("delete_file", {{"path", "none/at/all"}}, PLATOS_NOT_FOUND);
  desk.refusal("move_file", {{"from", "none"}, {"to", "x"}}, PLATOS_NOT_FOUND);
  desk.refusal("list_dir", {{"prefix", "none"}}, PLATOS_NOT_FOUND);
  desk.refusal("upload_to_sandbox", {{"path", "none"}}, PLATOS_NOT_FOUND);
  CHECK(has(desk.refusal("read_file", {{"path", "folder"}}), "Is a directory"));
  CHECK(has(desk.refusal("read_file", {{"path", "folder/file/x"}}), "Not a directory"));
  CHECK(has(desk.refusal("list_dir", {{"prefix", "folder/file"}}), "Not a directory"));
  CHECK(has(desk.refusal("write_file", {{"path", "folder/file/x"}, {"content", "y"}}), "Not a directory"));
  CHECK(has(desk.refusal("write_file", {{"path", "folder"}, {"content", "y"}}), "Is a directory"));
  for (const char* whole : {"", "/workspace", "."}) {
    desk.refusal("write_file", {{"path", whole}, {"content", "y"}});
    desk.refusal("delete_file", {{"path", whole}});
    desk.refusal("move_file", {{"from", whole}, {"to", "x"}});
    desk.refusal("move_file", {{"from", "folder"}, {"to", whole}});
  }
  CHECK(has(desk.refusal("delete_file", {{"path", "folder"}}), "not empty"));
  CHECK(has(desk.refusal("move_file", {{"from", "folder"}, {"to", "folder/inside"}}), "Invalid argument"));
  CHECK(desk.on_disk("folder/file") == "x");
  CHECK(desk.listed() == Paths{"folder", "folder/file"});
}
