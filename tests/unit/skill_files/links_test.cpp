// Whatever a program leaves in the workspace, the tools stay in it and are not held up.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "desk.hpp"

using namespace skill_files_test;

namespace {

struct Trapped : Desk {
  Trapped() {
    dir.write("outside/secret.txt", "needle: the daemon's own");
    put("real/file.txt", "needle: mine");
    fs::create_symlink(dir.path() + "/outside/secret.txt", path + "/absolute");
    fs::create_symlink("../outside/secret.txt", path + "/relative");
    fs::create_symlink("../outside", path + "/folder");
    fs::create_symlink("real/file.txt", path + "/within");
    fs::create_symlink("real", path + "/within_folder");
    fs::create_symlink("nowhere", path + "/dangling");
    fs::create_symlink("circle", path + "/circle");
    fs::create_symlink("/proc/self/root", path + "/magic");
  }
  std::string secret() const { return on_disk("../outside/secret.txt"); }
};

}  // namespace

TEST_CASE("no link is followed, neither out of the workspace nor within it") {
  Trapped desk;
  for (const char* name : {"absolute", "relative", "within", "dangling", "circle", "folder/secret.txt",
                           "within_folder/file.txt", "magic/etc/passwd"}) {
    CAPTURE(name);
    CHECK(has(desk.refusal("read_file", {{"path", name}}, PLATOS_PERMISSION_DENIED), "found a link on the way"));
    desk.refusal("upload_to_sandbox", {{"path", name}}, PLATOS_PERMISSION_DENIED);
  }
  for (const char* name : {"folder", "within_folder", "magic", "folder/deeper"}) {
    CAPTURE(name);
    CHECK(desk.invoke("list_dir", {{"prefix", name}}).status != PLATOS_OK);
    CHECK(desk.invoke("search_files", {{"query", "needle"}, {"prefix", name}}).status != PLATOS_OK);
    const Json file = {{"path", std::string(name) + "/new"}, {"content", "x"}};
    desk.refusal("write_file", file, PLATOS_PERMISSION_DENIED);
    desk.refusal("delete_file", {{"path", std::string(name) + "/secret.txt"}}, PLATOS_PERMISSION_DENIED);
    desk.refusal("move_file", {{"from", "real/file.txt"}, {"to", std::string(name) + "/x"}}, PLATOS_PERMISSION_DENIED);
    desk.refusal("move_file", {{"from", std::string(name) + "/secret.txt"}, {"to", "x"}}, PLATOS_PERMISSION_DENIED);
  }
  CHECK(desk.secret() == "needle: the daemon's own");
  CHECK(fs::directory_iterator(desk.dir.path() + "/outside") != fs::directory_iterator());
}

TEST_CASE("links are listed as what they are, and search passes them over") {
  Trapped desk;
  CHECK(desk.listed() == Paths{"absolute", "circle", "dangling", "folder", "magic", "real", "real/file.txt", "relative",
                               "within", "within_folder"});
  const Json matches = desk.answer("search_files", {{"query", "needle"}})["matches"];
  REQUIRE(matches.size() == 1);
  CHECK(matches[0]["path"] == "real/file.txt");
}

TEST_CASE("writing, moving and deleting where a link stands is about the link") {
  Trapped desk;
  for (const char* name : {"absolute", "within", "folder", "circle"}) {
    desk.write(name, "plain now");
    CHECK(desk.read(name)["content"] == "plain now");
    CHECK_FALSE(fs::is_symlink(desk.path + "/" + name));
  }
  desk.answer("move_file", {{"from", "relative"}, {"to", "moved"}});
  CHECK(fs::is_symlink(desk.path + "/moved"));
  for (const char* name : {"moved", "within_folder", "magic", "dangling"}) {
    desk.answer("delete_file", {{"path", name}});
    CHECK_FALSE(fs::is_symlink(desk.path + "/" + name));
  }
  CHECK(desk.secret() == "needle: the daemon's own");
  CHECK(desk.on_disk("real/file.txt") == "needle: mine");
}

TEST_CASE("pipes and sockets are no files, and nobody waits for them") {
  Desk desk;
  REQUIRE(::mkfifo((desk.path + "/pipe").c_str(), 0600) == 0);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string place = desk.path + "/socket";
  REQUIRE(place.size() < sizeof address.sun_path);
  place.copy(address.sun_path, place.size());
  REQUIRE(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  for (const char* name : {"pipe", "socket"}) {
    CAPTURE(name);
    desk.refusal("read_file", {{"path", name}});
    desk.refusal("upload_to_sandbox", {{"path", name}});
  }
  CHECK(desk.answer("search_files", {{"query", "x"}})["matches"].empty());
  desk.write("pipe", "a file now");
  CHECK(desk.read("pipe")["content"] == "a file now");
  desk.answer("delete_file", {{"path", "socket"}});
  ::close(listener);
}

TEST_CASE("folders without end are neither walked nor a danger") {
  Desk desk;
  fs::path deep = desk.path;
  for (int i = 0; i < 200; ++i) deep /= "d";
  fs::create_directories(deep);
  CHECK(desk.listed().size() <= 61);
  CHECK(desk.answer("search_files", {{"query", "x"}})["matches"].empty());
  desk.write("beside", "x");
}
