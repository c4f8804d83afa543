#include "chaos/audit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace platos::tests::chaos {
namespace {

using Json = nlohmann::json;

class Auditor {
 public:
  Auditor(ChaosStage& stage, const std::set<std::string>& allowed_errors)
      : stage_(stage),
        allowed_errors_(allowed_errors),
        stored_(Stored::read(stage.database_file())),
        effects_(read_effects(stage.effects_file())) {
    for (const auto& request : stage.mock().requests()) note_told(request.body);
  }

  Audit run(const std::vector<TurnLog>& turns) {
    for (const auto& turn : turns) check_turn(turn);
    check_all(turns);
    check_effects();
    for (const auto& text : stored_.broken) wrong("the database", text);
    return std::move(audit_);
  }

 private:
  void wrong(const std::string& where, const std::string& what) { audit_.violations.push_back(where + ": " + what); }

  /// Remembers the user messages of the requests that told the model of an unknown outcome.
  void note_told(const std::string& body) {
    if (body.find("It is not known whether this call") == std::string::npos) return;
    std::string asked;
    const Json request = Json::parse(body);
    for (const auto& message : request.at("messages")) {
      if (message.at("role") == "user") asked = message.at("content");
      const bool unknown = message.at("role") == "tool" &&
                           message.at("content").get<std::string>().find("It is not known") != std::string::npos;
      if (unknown) told_.insert(asked);
    }
  }

  void check_turn(const TurnLog& turn) {
    for (const auto& what : turn.violations) wrong(turn.key, what);
    if (turn.run_id.empty()) return;
    ++audit_.counts.acknowledged;
    audit_.counts.events += static_cast<std::int64_t>(turn.frames.size());
    if (turn.resumed > 0) ++audit_.counts.resumed;
    const std::string name = turn.key + " " + turn.run_id;
    const auto found = stored_.runs.find(turn.run_id);
    if (found == stored_.runs.end()) return wrong(name, "an acknowledged run is lost");
    if (!turn.done) wrong(name, "its client was never told done");
    if (const auto key = stored_.keys.find(turn.key); key == stored_.keys.end() || key->second != turn.run_id)
      wrong(name, "its Idempotency-Key is not its own");
    check_state(name, found->second);
    check_stream(name, turn, found->second);
  }

  void check_state(const std::string& name, const StoredRun& run) {
    if (!run.is_final()) return wrong(name, "it is " + run.state);
    if (run.state == "completed") ++audit_.counts.completed;
    if (run.state == "canceled") ++audit_.counts.canceled;
    if (run.state == "failed") {
      ++audit_.counts.failed;
      if (!allowed_errors_.contains(run.error_code)) wrong(name, "it failed with " + run.error_code);
    }
    if (run.user_messages != 1) wrong(name, std::to_string(run.user_messages) + " user messages");
    if (run.user_state != "active") wrong(name, "the user's message is " + run.user_state);
    const int answers = run.state == "completed" ? 1 : 0;
    if (run.state != "canceled" && run.answers != answers) wrong(name, std::to_string(run.answers) + " answers");
  }

  void check_stream(const std::string& name, const TurnLog& turn, const StoredRun& run) {
    Exchange all;
    all.path = "/api/v1/runs/" + turn.run_id + "/events?after=0";
    const Reply reply = exchange(stage_.addresses().now().address, all);
    const auto stored = frames_of(reply.body);
    if (reply.status != 200 || !reply.complete)
      return wrong(name, "its events cannot be read: " + std::to_string(reply.status));
    if (transcript(turn.frames) != transcript(stored)) return wrong(name, difference(turn.frames, stored));
    std::string text;
    bool unknown = false;
    for (const auto& frame : transcript(stored)) {
      if (frame.is("token")) text += Json::parse(frame.data).at("text").get<std::string>();
      if (frame.is("tool_result")) unknown = check_result(name, turn, frame) || unknown;
    }
    if (std::any_of(stored.begin(), stored.end(), [](const Frame& each) { return each.is("message_boundary"); }))
      ++audit_.counts.taken_over;
    if (run.state == "completed" && run.answer != text) wrong(name, "the stored answer is not what was streamed");
    if (unknown && run.state == "completed" && !told_.contains(turn.message))
      wrong(name, "the model was not told of an unknown outcome");
  }

  /// True when the outcome is unknown.
  bool check_result(const std::string& name, const TurnLog& turn, const Frame& frame) {
    const Json event = Json::parse(frame.data);
    const std::string call = turn.run_id + ":" + event.at("callId").get<std::string>();
    told_calls_.insert(call);
    const auto row = stored_.calls.find(call);
    if (event.value("code", "") == "outcome_unknown") {
      ++audit_.counts.unknown_outcomes;
      // Without a row: refused, because the same call has an unknown outcome already.
      if (row != stored_.calls.end() && row->second.state != "unknown")
        wrong(name, "an unknown outcome is " + row->second.state + " in the ledger");
      return true;
    }
    const bool failed = event.value("isError", false);
    if (row == stored_.calls.end() || row->second.state != (failed ? "failed" : "succeeded"))
      wrong(name, "a tool_result and the ledger differ: " + frame.data);
    return false;
  }

  static std::string difference(const std::vector<Frame>& seen, const std::vector<Frame>& stored) {
    const auto a = transcript(seen);
    const auto b = transcript(stored);
    std::size_t at = 0;
    while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
    const auto text = [at](const std::vector<Frame>& list) {
      return at < list.size() ? std::to_string(list[at].id) + " " + list[at].data : "its end";
    };
    return "its client saw " + text(a) + " where " + text(b) + " is stored (" + std::to_string(a.size()) + " and " +
           std::to_string(b.size()) + " events)";
  }

  void check_all(const std::vector<TurnLog>& turns) {
    std::set<std::string> runs_with_key;
    for (const auto& [key, run] : stored_.keys) runs_with_key.insert(run);
    std::set<std::string> asked;
    for (const auto& turn : turns) asked.insert(turn.key);
    for (const auto& [key, run] : stored_.keys) {
      if (!asked.contains(key)) wrong(run, "nobody asked for it");
    }
    for (const auto& [id, run] : stored_.runs) {
      if (!runs_with_key.contains(id)) wrong(id, "a second run for one submission");
      if (!run.is_final()) wrong(id, "it keeps thread " + run.thread_id + " busy: " + run.state);
    }
  }

  // "<tool> <run>:<call>", and with some tools the arguments.
  static std::string key_of(const std::string& line) {
    const std::size_t begin = line.find(' ') + 1;
    return line.substr(begin, line.find(' ', begin) - begin);
  }

  void check_effects() {
    std::set<std::string> once;
    for (const auto& [line, count] : effects_) {
      audit_.counts.all_effects += count;
      const std::string tool = line.substr(0, line.find(' '));
      const std::string key = key_of(line);
      const auto row = stored_.calls.find(key);
      if (tool == "look") continue;
      if (row == stored_.calls.end()) wrong(key, "an effect of " + tool + " that was never decided");
      if (tool != "charge" && tool != "pay") continue;
      once.insert(key);
      audit_.counts.once_effects += count;
      if (!told_calls_.contains(key)) wrong(key, "an effect of a call that the transcript does not know");
      if (count != 1) wrong(key, std::to_string(count) + " effects of a call with effect once");
    }
    for (const auto& [key, call] : stored_.calls) {
      const auto run = stored_.runs.find(call.run_id);
      if (call.state == "started" && run->second.is_final())
        wrong(key, "a call (" + call.effect + ") is still started after its run " + run->second.state);
      if (call.effect == "once" && call.state == "succeeded" && !once.contains(key))
        wrong(key, "a success without its effect");
    }
  }

  ChaosStage& stage_;
  const std::set<std::string>& allowed_errors_;
  const Stored stored_;
  const std::map<std::string, int> effects_;
  std::set<std::string> told_;        // user messages whose model was told of an unknown outcome
  std::set<std::string> told_calls_;  // "<run>:<call>" of every tool_result that stands
  Audit audit_;
};

}  // namespace

Audit audit(ChaosStage& stage, const std::vector<TurnLog>& turns, const std::set<std::string>& allowed_errors) {
  return Auditor(stage, allowed_errors).run(turns);
}

}  // namespace platos::tests::chaos
