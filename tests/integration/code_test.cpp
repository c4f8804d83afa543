// Code and files of a conversation, by the shipped skills in a real daemon.
#include <catch2/catch.hpp>

#include "integration/code_stage.hpp"

using namespace platos::tests;

TEST_CASE_METHOD(CodeStage, "code reads a file that the model wrote, and what it writes is read back") {
  const Json written = call_tool("files__write_file", {{"path", "data/in.txt"}, {"content", "6 7"}});
  INFO(written.dump());
  REQUIRE(written["result"]["bytes"] == 3);
  CHECK(call_tool("files__upload_to_sandbox", {{"path", "data/in.txt"}})["result"]["sandboxPath"] ==
        "/workspace/data/in.txt");
  const Json ran = call_tool("code__run_python", {{"code",
                                                   "a, b = open('data/in.txt').read().split()\n"
                                                   "open('out.txt', 'w').write(str(int(a) * int(b)))\n"
                                                   "print('done')"}});
  INFO(ran.dump());
  CHECK(ran["result"]["stdout"] == "done\n");
  CHECK(ran["result"]["error"].is_null());
  CHECK(call_tool("files__read_file", {{"path", "out.txt"}})["result"]["content"] == "42");
  CHECK(call_tool("files__search_files", {{"query", "42"}})["result"]["matches"][0]["path"] == "out.txt");
  CHECK(call_tool("code__run_shell", {{"command", "cat out.txt; exit 3"}})["result"]["exitCode"] == 3);
  CHECK(call_tool("code__run_node", {{"code", "console.log(6 * 7)"}})["result"]["stdout"] == "42\n");
  thread.clear();
  CHECK(call_tool("files__list_dir", Json::object())["result"]["entries"].empty());
}

TEST_CASE_METHOD(CodeStage, "links that code leaves lead the file tools nowhere") {
  CHECK(call_tool("code__run_shell",
                  {{"command", "ln -s /etc/passwd a; ln -s / b; mkfifo p; mkdir d"}})["result"]["error"]
            .is_null());
  for (const char* path : {"a", "b/etc/passwd", "../x", "p", "d"}) {
    const Json read = call_tool("files__read_file", {{"path", path}});
    INFO(path << ": " << read.dump());
    CHECK(read["isError"] == true);
  }
  CHECK(call_tool("files__write_file", {{"path", "b/tmp/x"}, {"content", "y"}})["isError"] == true);
  // Writing where a link stands replaces the link.
  call_tool("files__write_file", {{"path", "a"}, {"content", "mine"}});
  CHECK(call_tool("files__read_file", {{"path", "a"}})["result"]["content"] == "mine");
}

TEST_CASE_METHOD(CodeStage, "code that runs too long is ended, and packages are told to come from an operator") {
  const Json slow = call_tool("code__run_shell", {{"command", "sleep 60"}, {"timeoutMs", 1000}});
  CHECK(slow["result"]["error"].get<std::string>().find("timed out after 1000 ms") == 0);
  const Json packages = call_tool("code__install_package", {{"packages", "numpy"}});
  CHECK(packages["isError"] == true);
  CHECK(packages["result"].get<std::string>().find("sandbox.read_only_paths") != std::string::npos);
}

TEST_CASE("without a grant there is no sandbox, and the instance says so") {
  const Stage stage({}, {{"grants/code.json", R"({"grant": 1, "instance": "code", "http": [], "secrets": []})"}});
  const Json plugins = get(*stage.daemon, "/api/v1/plugins").json();
  CHECK(plugins.dump().find("a sandbox is needed: grant") != std::string::npos);
}

TEST_CASE_METHOD(CodeStage, "output that is long is cut, and bytes that are no text are shown as such") {
  const Json cut = call_tool("code__run_shell", {{"command", "yes | head -c 500000; printf '\\377' >&2"}});
  INFO(cut.dump().substr(0, 300));
  CHECK(cut["result"]["truncated"] == true);
  CHECK(cut["result"]["stdout"].get<std::string>().size() == 64 * 1024);
  CHECK(cut["result"]["stderr"] == "\xEF\xBF\xBD");
}
