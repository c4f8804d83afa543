// A skill whose one tool writes down every call it gets, and can be held in the middle of it.
// Configuration: {"effect": "...", "file": "...", "gate": "..."}. While the gate file exists, a call does not
// return, unless it is cancelled.
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "platos/cpp/skill.hpp"
#include "rogue-kit/member.hpp"

namespace {

namespace sdk = platos::sdk;
using rogue::member;

class Counter : public sdk::Skill {
 public:
  Counter(sdk::Host host, std::string_view config)
      : Skill(host), effect_(member(config, "effect")), file_(member(config, "file")), gate_(member(config, "gate")) {}

  void list(sdk::JsonWriter& out) override {
    out.begin_array().begin_object();
    out.key("name").value("count").key("description").value("Counts its calls.");
    out.key("input_schema").raw(R"({"type":"object"})").key("effect").value(effect_);
    out.end_object().end_array();
  }

  void invoke(sdk::Call call, std::string_view name, std::string_view, const sdk::ToolSink& sink) override {
    const std::string line = std::string(name) + " " + std::string(call.attribute("idempotency_key")) + "\n";
    const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const bool written = fd >= 0 && ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    ::close(fd);
    if (!written) throw sdk::Error(PLATOS_INTERNAL, "the count could not be written");
    while (::access(gate_.c_str(), F_OK) == 0 && !call.is_cancelled()) ::poll(nullptr, 0, 10);
    if (call.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "given up at the gate");
    sink.text("counted");
  }

 private:
  std::string effect_, file_, gate_;
};

}  // namespace

PLATOS_PLUGIN(ROGUE_ID, "1.0.0", sdk::component<Counter>("main"))
