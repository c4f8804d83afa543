#include <sys/stat.h>

#include "desk.hpp"

using namespace skill_files_test;

TEST_CASE("a workspace that is full of bytes takes no more until something is deleted") {
  Desk desk({"", 64 * kKiB, 100, 48 * kKiB});
  desk.write("a", std::string(40 * kKiB, 'x'));
  const Json more = {{"path", "b"}, {"content", std::string(30 * kKiB, 'x')}};
  const std::string reason = desk.refusal("write_file", more, PLATOS_RESOURCE_EXHAUSTED);
  CHECK(has(reason, "the workspace is full: it holds"));
  CHECK(has(reason, "of 65536 bytes in 1 of 100 files and folders"));
  CHECK(has(reason, "delete some"));
  CHECK(desk.count() == 1);
  desk.answer("delete_file", {{"path", "a"}});
  desk.answer("write_file", more);
  CHECK(desk.count() == 1);
}

TEST_CASE("one file has a limit of its own, and what stood there stays when it is passed") {
  Desk desk({"", 1024 * kKiB, 100, 16 * kKiB});
  desk.write("a", std::string(16 * kKiB, 'x'));
  CHECK(has(desk.refusal("write_file", {{"path", "a"}, {"content", std::string(16 * kKiB + 1, 'y')}},
                         PLATOS_RESOURCE_EXHAUSTED),
            "one file may have 16384 bytes"));
  CHECK(desk.on_disk("a") == std::string(16 * kKiB, 'x'));
  desk.put("large", std::string(20 * kKiB, 'z'));
  desk.refusal("upload_to_sandbox", {{"path", "large"}, {"destPath", "copy"}}, PLATOS_RESOURCE_EXHAUSTED);
  CHECK(desk.count() == 2);
}

TEST_CASE("files and folders are counted, those that a path would make as well, by every tool") {
  Desk desk({"", 1024 * kKiB, 10, 16 * kKiB});
  for (int i = 0; i < 6; ++i) desk.write("f" + std::to_string(i), "x");
  // Five more would be needed.
  const Json deep = {{"path", "a/b/c/d/e"}, {"content", "x"}};
  desk.refusal("write_file", deep, PLATOS_RESOURCE_EXHAUSTED);
  desk.refusal("move_file", {{"from", "f0"}, {"to", "a/b/c/d/e"}}, PLATOS_RESOURCE_EXHAUSTED);
  desk.refusal("upload_to_sandbox", {{"path", "f0"}, {"destPath", "a/b/c/d/e"}}, PLATOS_RESOURCE_EXHAUSTED);
  CHECK(desk.count() == 6);
  desk.answer("move_file", {{"from", "f0"}, {"to", "a/b/f"}});
  // However often files are moved, the folders that they leave behind have an end.
  int moved = 0;
  for (std::string from = "a/b/f"; moved < 20; ++moved) {
    const std::string to = "m" + std::to_string(moved) + "/f";
    if (desk.invoke("move_file", {{"from", from}, {"to", to}}).status != PLATOS_OK) break;
    from = to;
  }
  CHECK(moved < 5);
  CHECK(desk.count() <= 10);
  // Where nothing is made nothing is counted.
  desk.answer("move_file", {{"from", "f1"}, {"to", "renamed"}});
}

TEST_CASE("a disk that a program has filled with more than is allowed can be emptied again") {
  Desk desk({"", 8 * kKiB, 20, 8 * kKiB});
  for (int i = 0; i < 50; ++i) desk.put("f" + std::to_string(i), "x");
  desk.refusal("write_file", {{"path", "a"}, {"content", "x"}}, PLATOS_RESOURCE_EXHAUSTED);
  CHECK(desk.listed().size() == 50);
  for (int i = 0; i < 50; ++i) desk.answer("delete_file", {{"path", "f" + std::to_string(i)}});
  desk.write("a", "x");
}

TEST_CASE("new files and folders are for the workspace's owner alone, and no half of one is ever seen") {
  Desk desk;
  desk.write("folder/file", "x");
  struct stat folder {};
  struct stat file {};
  struct stat root {};
  REQUIRE(::stat((desk.path + "/folder").c_str(), &folder) == 0);
  REQUIRE(::stat((desk.path + "/folder/file").c_str(), &file) == 0);
  REQUIRE(::stat(desk.path.c_str(), &root) == 0);
  CHECK((folder.st_mode & 0777) == 0700);
  CHECK((file.st_mode & 0777) == 0600);
  CHECK(file.st_uid == root.st_uid);
  CHECK(folder.st_uid == root.st_uid);
  // A reader that had it open keeps what it had: the name goes to another file.
  std::ifstream reader(desk.path + "/folder/file");
  desk.write("folder/file", "y");
  CHECK(std::string(std::istreambuf_iterator<char>(reader), {}) == "x");
  CHECK(desk.listed() == Paths{"folder", "folder/file"});
}
