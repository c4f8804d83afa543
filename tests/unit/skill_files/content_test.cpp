#include "desk.hpp"

using namespace skill_files_test;

namespace {
constexpr std::size_t kReadBytes = 128 * 1024;
}

TEST_CASE("what is written is read back, byte for byte where it is text") {
  Desk desk;
  const std::string text("caf\xC3\xA9\r\n\0\x01 \xF0\x9F\x98\x80", 14);
  CHECK(desk.write("a/b/c.txt", text) == Json{{"path", "a/b/c.txt"}, {"bytes", 14}, {"contentType", "text/plain"}});
  CHECK(desk.on_disk("a/b/c.txt") == text);
  const Json read = desk.read("a/b/c.txt");
  CHECK(read["content"] == text);
  CHECK(read["size"] == 14);
  CHECK(read["truncated"] == false);
  CHECK(read["nextOffset"] == 14);
  CHECK(
      desk.answer("write_file", {{"path", "a/b/c.txt"}, {"content", ""}, {"contentType", "text/csv"}})["contentType"] ==
      "text/csv");
  CHECK(desk.on_disk("a/b/c.txt").empty());
  CHECK(desk.read("a/b/c.txt")["content"] == "");
}

TEST_CASE("a long file is read in pieces that join to the whole, also where a piece would end inside a character") {
  Desk desk;
  std::string text(kReadBytes - 1, 'x');
  for (int i = 0; i < 50'000; ++i) text += "\xE2\x82\xAC";
  desk.write("long", text);
  std::string joined;
  Json piece = {{"nextOffset", 0}, {"truncated", true}};
  int pieces = 0;
  for (; piece["truncated"] == true && pieces < 10; ++pieces) {
    piece = desk.answer("read_file", {{"path", "long"}, {"offset", piece["nextOffset"]}});
    joined += piece["content"].get<std::string>();
  }
  CHECK(pieces == 3);
  CHECK(joined == text);
  const Json beyond = desk.answer("read_file", {{"path", "long"}, {"offset", std::int64_t{1} << 50}});
  CHECK(beyond["content"] == "");
  CHECK(beyond["size"] == text.size());
}

TEST_CASE("binary files are shown as far as they can be, and reading them comes to an end") {
  Desk desk;
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  desk.put("binary", bytes);
  const Json read = desk.read("binary");
  CHECK(read["size"] == 256);
  CHECK(has(read["content"], "\xEF\xBF\xBD"));
  CHECK(has(read["content"], "0123456789"));
  // No character begins anywhere in it.
  desk.put("broken", std::string(3 * kReadBytes, '\x80'));
  std::int64_t offset = 0;
  for (int i = 0; i < 3; ++i) offset = desk.answer("read_file", {{"path", "broken"}, {"offset", offset}})["nextOffset"];
  CHECK(offset == 3 * kReadBytes);
}

TEST_CASE("entries are listed by name, each folder before what is in it, with their kinds and sizes") {
  Desk desk;
  for (const char* name : {"b/2", "b/10", "a.txt", "b/c/deep", "Z", "\xC3\xA9"}) desk.put(name, "1234");
  fs::create_directory(desk.path + "/empty");
  CHECK(desk.listed() == Paths{"Z", "a.txt", "b", "b/10", "b/2", "b/c", "b/c/deep", "empty", "\xC3\xA9"});
  CHECK(desk.listed("b") == Paths{"b/10", "b/2", "b/c", "b/c/deep"});
  CHECK(desk.listed("empty").empty());
  const Json list = desk.answer("list_dir", Json::object());
  CHECK(list["truncated"] == false);
  CHECK(list["entries"][0] == Json{{"path", "Z"}, {"type", "file"}, {"size", 4}});
  CHECK(list["entries"][2]["type"] == "dir");
  desk.put("\xFFname", "");
  CHECK(desk.listed().back() == "\xEF\xBF\xBDname");
}

TEST_CASE("a folder with very much in it is listed up to a limit, and said to be cut") {
  Desk desk;
  for (int i = 0; i < 1000; ++i) desk.put("f" + std::to_string(i), "");
  CHECK(desk.answer("list_dir", Json::object())["truncated"] == false);
  desk.put("one-more", "");
  const Json list = desk.answer("list_dir", Json::object());
  CHECK(list["entries"].size() == 1000);
  CHECK(list["truncated"] == true);
}

TEST_CASE("lines are found as they are written, with their file and number, up to a limit") {
  Desk desk;
  desk.put("a.txt", "one\ntwo needle\r\nthree\nneedle");
  desk.put("b/c.txt", "NEEDLE\n.*needle.*\n\n");
  desk.put("binary", std::string("\0\xFFneedle\0", 9));
  const Json all = desk.answer("search_files", {{"query", "needle"}});
  CHECK(all["truncated"] == false);
  REQUIRE(all["matches"].size() == 4);
  CHECK(all["matches"][0] == Json{{"path", "a.txt"}, {"line", 2}, {"text", "two needle\r"}});
  CHECK(all["matches"][1]["line"] == 4);
  CHECK(all["matches"][2] == Json{{"path", "b/c.txt"}, {"line", 2}, {"text", ".*needle.*"}});
  CHECK(has(all["matches"][3]["text"], "\xEF\xBF\xBDneedle"));
  CHECK(desk.answer("search_files", {{"query", ".*"}})["matches"].size() == 1);
  CHECK(desk.answer("search_files", {{"query", "needle"}, {"prefix", "b"}})["matches"].size() == 1);
  CHECK(desk.answer("search_files", {{"query", "nothing"}})["matches"].empty());

  std::string many;
  for (int i = 0; i < 150; ++i) many += "needle " + std::string(600, 'x') + "\n";
  desk.put("many", many);
  const Json cut = desk.answer("search_files", {{"query", "needle"}});
  CHECK(cut["matches"].size() == 100);
  CHECK(cut["truncated"] == true);
  CHECK(cut["matches"].back()["text"].get<std::string>().size() == 400);
}

TEST_CASE("of a very long file the beginning is searched, and the answer says so") {
  Desk desk;
  desk.put("long", "needle\n" + std::string(1024 * kKiB, 'x') + "\nneedle\n");
  const Json found = desk.answer("search_files", {{"query", "needle"}});
  CHECK(found["matches"].size() == 1);
  CHECK(found["truncated"] == true);
  desk.call.cancelled = true;
  desk.refusal("search_files", {{"query", "needle"}}, PLATOS_CANCELLED);
}

TEST_CASE("moving takes the place of a file, makes folders on the way, and never of a folder with something in it") {
  Desk desk;
  desk.put("a", "new");
  desk.put("b", "old");
  CHECK(desk.answer("move_file", {{"from", "a"}, {"to", "b"}})["path"] == "b");
  CHECK(desk.on_disk("b") == "new");
  desk.answer("move_file", {{"from", "b"}, {"to", "x/y/z"}});
  CHECK(desk.on_disk("x/y/z") == "new");
  desk.answer("move_file", {{"from", "x"}, {"to", "w"}});
  CHECK(desk.on_disk("w/y/z") == "new");
  desk.put("v/file", "kept");
  desk.refusal("move_file", {{"from", "w"}, {"to", "v"}});
  desk.refusal("move_file", {{"from", "v/file"}, {"to", "w"}});
  CHECK(desk.on_disk("v/file") == "kept");
}

TEST_CASE("a file is made ready for code where it is, or as a copy") {
  Desk desk;
  const std::string bytes("\0\xFF\x80", 3);
  desk.put("in.bin", bytes);
  CHECK(desk.answer("upload_to_sandbox", {{"path", "in.bin"}}) ==
        Json{{"sandboxPath", "/workspace/in.bin"}, {"bytes", 3}});
  CHECK(desk.count() == 1);
  CHECK(desk.answer("upload_to_sandbox", {{"path", "in.bin"}, {"destPath", "/workspace/data/copy.bin"}}) ==
        Json{{"sandboxPath", "/workspace/data/copy.bin"}, {"bytes", 3}});
  CHECK(desk.on_disk("data/copy.bin") == bytes);
  CHECK(desk.on_disk("in.bin") == bytes);
  desk.put("large", std::string(4096 * kKiB + 1, 'x'));
  CHECK(desk.answer("upload_to_sandbox", {{"path", "large"}})["bytes"] == 4096 * kKiB + 1);
  CHECK(has(desk.refusal("upload_to_sandbox", {{"path", "large"}, {"destPath", "copy"}}), "at most 4 MiB for a copy"));
}
