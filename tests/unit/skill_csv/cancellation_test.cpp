#include <utility>
#include <vector>

#include "csv_fixture.hpp"

using nlohmann::json;

namespace platos::skill_csv {
namespace {

/// A host that counts how often the plugin asks, and says that the call is cancelled from one of these times on.
class CountingHost {
 public:
  CountingHost() {
    asked() = 0;
    table_ = *host_.table();
    table_.is_cancelled = [](const platos_host_t*, const platos_call_t*) -> std::int32_t {
      return ++asked() >= cancelled_from() ? 1 : 0;
    };
    platos_error_t error;
    REQUIRE(component().create(&table_, sdk::slice("{}"), &instance_, &error) == PLATOS_OK);
  }
  ~CountingHost() { component().destroy(instance_); }
  CountingHost(const CountingHost&) = delete;
  CountingHost& operator=(const CountingHost&) = delete;

  /// Status of one call that is cancelled from the `from`th question on.
  std::int32_t invoke(std::string_view tool, const std::string& args_json, int from) {
    asked() = 0;
    cancelled_from() = from;
    output.items.clear();
    const auto& skill =
        *static_cast<const platos_skill_t*>(component().get_interface(instance_, PLATOS_SKILL_INTERFACE));
    platos_call_t call;
    platos_error_t error;
    return skill.invoke(instance_, &call, sdk::slice(tool), sdk::slice(args_json), &output.table, &error);
  }

  static int& asked() {
    static int count = 0;
    return count;
  }

  sdk::testing::OutputCollector output;

 private:
  static int& cancelled_from() {
    static int count = 0;
    return count;
  }
  static const platos_component_t& component() { return *platos_plugin_v1.component_at(0); }

  sdk::testing::FakeHost host_;
  platos_host_t table_{};
  platos_instance_t* instance_ = nullptr;
};

constexpr int kNever = 1'000'000'000;

/// Arguments for every tool, over a document of about 1 MiB.
std::vector<std::pair<std::string, std::string>> large_calls() {
  std::string source = "a,b\n";
  while (source.size() < 1024 * 1024) source += "12345,2024-01-01\n\"x\"\"y\",\"z\"\n";
  const auto call = [&](const char* tool, json arguments) {
    arguments["source"] = source;
    return std::pair<std::string, std::string>(tool, arguments.dump());
  };
  return {call("csv_list_sheets", json::object()), call("csv_read_sheet", {{"maxRows", 100'000}}),
          call("csv_read_line", {{"lineNumber", 60'000}}),
          call("csv_write_cell", {{"sheet", "Sheet1"}, {"cell", "A60000"}, {"value", "x"}}),
          call("csv_summarize", json::object())};
}

}  // namespace

TEST_CASE_METHOD(CsvFixture, "a call that is cancelled before it begins does nothing") {
  call.cancelled = true;
  CHECK(invoke("csv_list_sheets", R"({"source": "a"})") == PLATOS_CANCELLED);
  CHECK(output.items.empty());
}

TEST_CASE("every tool asks at least once for 64 KiB that it reads, of arguments and of the document") {
  CountingHost host;
  for (const auto& [tool, args_json] : large_calls()) {
    INFO(tool);
    REQUIRE(host.invoke(tool, args_json, kNever) == PLATOS_OK);
    // The arguments are gone through twice and the document once.
    CHECK(host.asked() >= static_cast<int>(3 * 1024 / 64));
  }
}

TEST_CASE("a call ends without output the first time it hears that it is cancelled") {
  CountingHost host;
  for (const auto& [tool, args_json] : large_calls()) {
    INFO(tool);
    REQUIRE(host.invoke(tool, args_json, kNever) == PLATOS_OK);
    const int questions = host.asked();
    for (const int from : {1, 2, questions / 2, questions - 10, questions}) {
      CHECK(host.invoke(tool, args_json, from) == PLATOS_CANCELLED);
      CHECK(host.asked() == from);
      CHECK(host.output.items.empty());
    }
  }
}

TEST_CASE("long fields and endless empty lines do not delay the end of a cancelled call") {
  CountingHost host;
  std::string fields = "a\n";
  for (int i = 0; i < 2; ++i) fields += "\"" + std::string(1000 * 1000, '"') + "\"\n";
  for (const std::string& source : {fields, std::string(1024 * 1024, '\n')}) {
    const std::string args_json = json({{"source", source}}).dump();
    REQUIRE(host.invoke("csv_list_sheets", args_json, kNever) == PLATOS_OK);
    const int questions = host.asked();
    CHECK(questions >= static_cast<int>(3 * source.size() / 65'536 - 10));
    CHECK(host.invoke("csv_list_sheets", args_json, questions - 1) == PLATOS_CANCELLED);
    CHECK(host.asked() == questions - 1);
  }
}

TEST_CASE_METHOD(CsvFixture, "a host that takes no more output ends the call with the host's status") {
  output.refuse_after = 0;
  CHECK(invoke("csv_list_sheets", R"({"source": "a"})") == PLATOS_CANCELLED);
}

}  // namespace platos::skill_csv
