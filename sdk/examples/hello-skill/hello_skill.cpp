// A skill with one tool, "greet".
#include <platos/cpp/skill.hpp>
#include <string>
#include <string_view>

namespace {

namespace sdk = platos::sdk;

class Hello : public sdk::Skill {
 public:
  Hello(sdk::Host host, std::string_view config_json) : Skill(host), greeting_("Hello") {
    constexpr std::string_view kMember = "\"greeting\":\"";
    if (const auto at = config_json.find(kMember); at != std::string_view::npos) {
      const auto begin = at + kMember.size();
      greeting_ = config_json.substr(begin, config_json.find('"', begin) - begin);
    }
  }

  void list(sdk::JsonWriter& out) override {
    out.begin_array().begin_object();
    out.key("name").value("greet").key("description").value("Greets whoever asks, politely.");
    // "read": it may be called again after a crash, because it changes nothing.
    out.key("input_schema").raw(R"({"type":"object","properties":{}})").key("effect").value("read");
    out.end_object().end_array();
  }

  void invoke(sdk::Call, std::string_view name, std::string_view, const sdk::ToolSink& sink) override {
    if (name != "greet") throw sdk::Error(PLATOS_NOT_FOUND, "there is no such tool");
    sink.text(greeting_ + " from a plugin.");
  }

 private:
  std::string greeting_;
};

}  // namespace

PLATOS_PLUGIN("com.example.hello-skill", "1.0.0", sdk::component<Hello>("hello"))
