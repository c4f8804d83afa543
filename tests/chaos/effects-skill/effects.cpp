// A skill whose effects are seen from outside: each call appends the line "<tool> <run>:<call>" to a file and syncs it
// before it returns; "pay" adds its arguments. Configuration: {"file": "...", "delay_ms": "..."}; the delay is spent
// before and after the effect.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "platos/cpp/skill.hpp"
#include "rogue-kit/member.hpp"

namespace {

namespace sdk = platos::sdk;
using rogue::member;

constexpr std::size_t kBig = 300 * 1024;  // more than a model is given

class Effects : public sdk::Skill {
 public:
  Effects(sdk::Host host, std::string_view config)
      : Skill(host), file_(member(config, "file")), delay_ms_(std::atoi(member(config, "delay_ms").c_str())) {}

  void list(sdk::JsonWriter& out) override {
    out.begin_array();
    for (const auto& [name, effect] : {std::pair{"charge", "once"}, {"look", "read"}, {"put", "idempotent"}}) {
      out.begin_object().key("name").value(name).key("description").value("Leaves a line.");
      out.key("input_schema").raw(R"({"type":"object"})").key("effect").value(effect).end_object();
    }
    out.begin_object().key("name").value("pay").key("description").value("Pays somebody.").key("effect").value("once");
    out.key("requires_approval")
        .raw("true")
        .key("input_schema")
        .raw(R"({"type":"object","properties":{"amount":{"type":"integer","maximum":100}},"required":["amount"]})");
    out.end_object();
    out.begin_object().key("name").value("transfer").key("description").value("Can be asked about.");
    out.key("effect").value("once").key("reconcile").value("transfer_status");
    out.key("input_schema").raw(R"({"type":"object"})").end_object();
    out.begin_object().key("name").value("transfer_status").key("description").value("What became of a transfer.");
    out.key("effect").value("read").key("input_schema").raw(R"({"type":"object"})").end_object();
    out.begin_object().key("name").value("big").key("description").value("Says a lot.").key("effect").value("read");
    out.key("input_schema").raw(R"({"type":"object"})").end_object();
    out.end_array();
  }

  void invoke(sdk::Call call, std::string_view name, std::string_view arguments, const sdk::ToolSink& sink) override {
    if (name == "transfer_status") return sink.json(status_of(member(arguments, "idempotencyKey")));
    if (name == "big") return sink.text(std::string(kBig, 'x'));
    ::poll(nullptr, 0, delay_ms_);
    std::string line = std::string(name) + " " + std::string(call.attribute("idempotency_key"));
    if (name == "pay") line += " " + std::string(arguments);
    line += "\n";
    const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const bool done =
        fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fdatasync(fd) == 0;
    ::close(fd);
    if (!done) throw sdk::Error(PLATOS_INTERNAL, "the line could not be written");
    ::poll(nullptr, 0, delay_ms_);
    sink.text("done");
  }

 private:
  std::string status_of(const std::string& key) const {
    std::ifstream file(file_);
    for (std::string line; std::getline(file, line);) {
      if (line == "transfer " + key) return R"({"status":"succeeded","result":"found"})";
    }
    return R"({"status":"failed","result":"there is no such transfer"})";
  }

  std::string file_;
  int delay_ms_;
};

}  // namespace

PLATOS_PLUGIN("test.chaos-effects", "1.0.0", sdk::component<Effects>("main"))
