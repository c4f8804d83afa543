// The daemon dies at every named point, one after the other, and is started again: what each turn was promised holds.
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <iostream>
#include <limits>
#include <optional>
#include <thread>

#include "base/failpoint.hpp"
#include "chaos/audit.hpp"
#include "chaos/stored.hpp"
#include "support/http.hpp"
#include "support/postgres.hpp"

using namespace platos::tests;
using namespace platos::tests::chaos;

namespace {

/// What is done to the armed daemon until it dies.
enum class Drive {
  Unspecified,
  Start,       ///< nothing: it has a run of a former process to take over
  FirstStart,  ///< nothing: its data directory is empty
  Tools,       ///< a turn that calls the tools with effects once and read
  Wait,        ///< a turn whose vendor asks to wait a second
  Refused,     ///< a turn whose vendor refuses it for good
  Large,       ///< a turn with an answer that fills the write-ahead log
  Queue,       ///< a second turn for a busy thread
  Resume,      ///< a client that comes back
  SealOld,     ///< nothing: its database holds texts from before there were keys
  Rotate,      ///< the master key is replaced
  Cancel,      ///< a turn that is cancelled
  Approve,     ///< a turn that asks people, and gets a yes
  Stop         ///< SIGTERM with a turn under way
};

struct Point {
  const char* name;
  int hit;
  Drive drive;
};

// In the order of kFailpoints. What the writer does at every start and every step has several rows; a start makes two
// commits, so the third is the first of a turn.
constexpr Point kPoints[] = {
    {"startup.after_lock", 1, Drive::Start},
    {"startup.in_migration", 1, Drive::FirstStart},
    {"startup.after_migrate", 1, Drive::Start},
    {"seal.in_batch", 1, Drive::SealOld},
    {"seal.before_done", 1, Drive::SealOld},
    {"startup.after_scope", 1, Drive::Start},
    {"startup.after_agent", 1, Drive::Start},
    {"startup.after_claims", 1, Drive::Start},
    {"startup.ready", 1, Drive::Start},
    {"claim.before_write", 1, Drive::Start},
    {"claim.in_write", 1, Drive::Start},
    {"claim.before_launch", 1, Drive::Start},
    {"submit.before_store", 1, Drive::Tools},
    {"submit.in_accept", 1, Drive::Tools},
    {"submit.after_launch", 1, Drive::Tools},
    {"submit.after_accept", 1, Drive::Tools},
    {"enqueue.after_write", 1, Drive::Queue},
    {"api.before_first_byte", 1, Drive::Tools},
    {"api.resume", 1, Drive::Resume},
    {"store.before_begin", 1, Drive::Start},
    {"store.before_begin", 4, Drive::Tools},
    {"store.after_begin", 4, Drive::Tools},
    {"store.after_write", 3, Drive::Tools},
    {"store.after_write", 5, Drive::Tools},
    {"store.before_commit", 1, Drive::Start},
    {"store.before_commit", 3, Drive::Tools},
    {"store.before_commit", 4, Drive::Tools},
    {"store.before_commit", 5, Drive::Tools},
    {"store.after_commit", 1, Drive::Start},
    {"store.after_commit", 3, Drive::Tools},
    {"store.after_commit", 4, Drive::Tools},
    {"store.after_commit", 5, Drive::Tools},
    {"store.after_delivery", 3, Drive::Tools},
    {"store.before_checkpoint", 1, Drive::Large},
    {"store.after_checkpoint", 1, Drive::Large},
    {"run.after_accept_batch", 1, Drive::Tools},
    {"run.after_journal_batch", 2, Drive::Tools},
    {"run.after_stream_batch", 2, Drive::Tools},
    {"run.after_final_batch", 1, Drive::Tools},
    {"run.before_settle", 2, Drive::Tools},
    {"run.before_barrier", 1, Drive::Tools},
    {"run.after_barrier", 1, Drive::Tools},
    {"run.before_waiting", 1, Drive::Wait},
    {"run.waiting", 1, Drive::Wait},
    {"run.wait_over", 1, Drive::Wait},
    {"run.after_waiting", 1, Drive::Wait},
    {"run.before_finish", 1, Drive::Tools},
    {"run.after_finish", 1, Drive::Tools},
    {"turn.rebuilt", 1, Drive::Tools},
    {"turn.after_load", 1, Drive::Tools},
    {"turn.before_model", 2, Drive::Tools},
    {"turn.first_token", 1, Drive::Tools},
    {"turn.before_response", 1, Drive::Tools},
    {"turn.after_response", 1, Drive::Tools},
    {"turn.before_answer", 1, Drive::Tools},
    {"turn.back_off", 1, Drive::Wait},
    {"turn.giving_up", 1, Drive::Refused},
    {"tool.before_started", 1, Drive::Tools},
    {"tool.after_started", 1, Drive::Tools},
    {"tool.before_invoke", 1, Drive::Tools},
    {"tool.after_invoke", 1, Drive::Tools},
    {"tool.after_settled", 1, Drive::Tools},
    {"approval.before_asked", 1, Drive::Approve},
    {"approval.asked", 1, Drive::Approve},
    {"approval.in_decision", 1, Drive::Approve},
    {"approval.decided", 1, Drive::Approve},
    {"approval.resolved", 1, Drive::Approve},
    {"cancel.live", 1, Drive::Cancel},
    {"cancel.recorded", 1, Drive::Cancel},
    {"index.before_write", 1, Drive::Tools},
    {"rotate.key_made", 1, Drive::Rotate},
    {"rotate.key_wrapped", 1, Drive::Rotate},
    {"rotate.keys_wrapped", 1, Drive::Rotate},
    {"drain.begin", 1, Drive::Stop},
    {"drain.before_release", 1, Drive::Stop},
    {"drain.after_release", 1, Drive::Stop},
};

constexpr int kWithinMs = 30'000;
constexpr std::size_t kUntilAccepted = 400;  // bytes: the head and a part of the first event

std::string model_for(Drive drive, int number) {
  const std::string own_name = "-tag" + std::to_string(number);
  switch (drive) {
    case Drive::Tools: return "mock:mock-tools2-n6-r0";
    case Drive::Approve: return "mock:mock-toolsay-n6-r0";
    case Drive::Wait: return "mock:mock-s429-retry1-once-n6-r0" + own_name;
    case Drive::Refused: return "mock:mock-s400";
    case Drive::Large: return "mock:mock-big900-n2-r0";
    // Long enough to be alive when the daemon dies, wherever that is.
    default: return "mock:mock-n40-r40";
  }
}

/// False: it lives on.
bool dies(const Daemon& daemon) {
  const int fd = static_cast<int>(::syscall(SYS_pidfd_open, daemon.pid(), 0));
  pollfd event{fd, POLLIN, 0};
  const bool died = ::poll(&event, 1, kWithinMs) == 1;
  ::close(fd);
  return died;
}

/// Says yes to whatever is asked, for as long as it lives.
class Approver {
 public:
  explicit Approver(const AddressBook& addresses) : thread_([this, &addresses] { work(addresses); }) {}
  ~Approver() {
    over_ = true;
    thread_.join();
  }
  Approver(const Approver&) = delete;
  Approver& operator=(const Approver&) = delete;

 private:
  void work(const AddressBook& addresses) const {
    const std::string path = "/api/v1/agent/monitoring/approvals";
    while (!over_) {
      Exchange list;
      list.method = "GET";
      list.path = path + "?status=pending";
      const auto pending = nlohmann::json::parse(exchange(addresses.now().address, list).body, nullptr, false);
      if (pending.is_object() && pending.contains("approvals")) {
        for (const auto& approval : pending["approvals"]) {
          Exchange yes;
          yes.method = "POST";
          yes.path = path + "/" + approval["id"].get<std::string>() + "/resolve";
          yes.body = R"({"approved":true})";
          exchange(addresses.now().address, yes);
        }
      }
      ::poll(nullptr, 0, 20);
    }
  }

  std::atomic<bool> over_{false};
  std::thread thread_;
};

class Proof {
 public:
  Proof() : client_(stage_.addresses(), 1) { stage_.start(); }

  /// Arms, drives, sees it die, starts again, and looks at what is left. False: it lived on.
  bool run(const Point& point) {
    ++number_;
    TurnLog turn;
    turn.agent_id = stage_.agent(model_for(point.drive, number_));
    turn.key = "point-" + std::to_string(number_);
    turn.message = "turn " + std::to_string(number_) + ", " + point.name;
    if (point.drive == Drive::Approve) {
      const nlohmann::json call = {{"tool", "effects__pay"}, {"arguments", {{"amount", number_}}}};
      turn.message = call.dump();
    }
    turns_.push_back(turn);
    const std::map<std::string, std::string> armed = {
        {"PLATOS_FAILPOINT", std::string(point.name) + ":" + std::to_string(point.hit)}};
    if (point.drive == Drive::Start || point.drive == Drive::SealOld) {
      leave_early(turns_.back());
      stage_.kill();
      if (point.drive == Drive::SealOld) plant_plain_title(stage_.database_file());
      stage_.start_doomed(armed);
    } else {
      stage_.start(armed);
      drive(point.drive);
    }
    const bool died = see_it_die(stage_, point);
    stage_.start();
    CHECK(count_plain_titles(stage_.database_file()) == 0);
    finish();
    return died;
  }

  /// False: the point was not hit.
  static bool see_it_die(const ChaosStage& stage, const Point& point) {
    if (!dies(stage.daemon())) return false;
    CHECK(stage.daemon().wait() == 128 + SIGKILL);
    // The last such line: earlier deaths wrote theirs into the same log.
    const std::string log = stage.log();
    CHECK(log.substr(log.rfind("failpoint ")).starts_with("failpoint " + std::string(point.name) + "\n"));
    return true;
  }

  /// Every turn so far comes to its end, and nothing is wrong that was not before.
  void finish() {
    const Approver approver(stage_.addresses());
    for (auto& turn : turns_) {
      if (!turn.done) CHECK(client_.drive(turn, kWithinMs));
    }
    result_ = audit(stage_, turns_, {"provider_invalid_request"});
    for (const auto& violation : result_.violations) {
      if (known_.insert(violation).second) FAIL_CHECK(violation);
    }
  }

  const Audit& result() const { return result_; }

 private:
  /// Submits, and loses the connection as soon as the turn is accepted.
  void leave_early(TurnLog& turn) {
    client_.cut = [](std::mt19937_64&) { return kUntilAccepted; };
    client_.connect_once(turn, kWithinMs);
    client_.cut = nullptr;
    REQUIRE_FALSE(turn.run_id.empty());
  }

  void drive(Drive drive) {
    const bool submits_only = drive == Drive::Tools || drive == Drive::Wait || drive == Drive::Refused ||
                              drive == Drive::Large || drive == Drive::Approve;
    if (!submits_only) leave_early(turns_.back());
    std::optional<Approver> approver;
    if (drive == Drive::Approve) approver.emplace(stage_.addresses());
    switch (drive) {
      case Drive::Queue: return queue_behind(turns_.back());
      case Drive::Cancel: return post("/api/v1/runs/" + turns_.back().run_id + "/cancel");
      case Drive::Rotate: return post("/api/v1/secrets/rotate-master");
      case Drive::Stop: ::kill(stage_.daemon().pid(), SIGTERM); return;
      default: client_.connect_once(turns_.back(), kWithinMs);
    }
  }

  void queue_behind(TurnLog& first) {
    // The thread's id stands in the first event.
    client_.cut = [](std::mt19937_64&) { return 3 * kUntilAccepted; };
    if (first.frames.empty()) client_.connect_once(first, kWithinMs);
    client_.cut = nullptr;
    REQUIRE_FALSE(first.thread_id.empty());
    TurnLog second = first;
    second.run_id.clear();
    second.frames.clear();
    second.key += "-queued";
    second.message += ", queued";
    second.queue_when_busy = true;
    client_.connect_once(second, kWithinMs);
    turns_.push_back(std::move(second));
  }

  void post(const std::string& path) const {
    Exchange request;
    request.method = "POST";
    request.path = path;
    exchange(stage_.addresses().now().address, request);
  }

  ChaosStage stage_{2, {"--set", "runs.drain_ms=0"}};
  TurnClient client_;
  std::vector<TurnLog> turns_;
  std::set<std::string> known_;
  Audit result_;
  int number_ = 0;
};

bool die_in_first_start(const Point& point) {
  ChaosStage stage;
  stage.start_doomed({{"PLATOS_FAILPOINT", point.name}});
  const bool died = Proof::see_it_die(stage, point);
  stage.start();
  TurnClient client(stage.addresses(), 1);
  TurnLog turn;
  turn.agent_id = stage.agent("mock:mock-tools2-n6-r0");
  turn.key = "first";
  turn.message = "the first turn";
  CHECK(client.drive(turn, kWithinMs));
  CHECK(audit(stage, {turn}).violations.empty());
  return died;
}

/// PostgreSQL makes its checkpoints by itself.
bool is_in_this_store(std::string_view point) {
  return !on_postgres() || point.find("checkpoint") == std::string_view::npos;
}

}  // namespace

TEST_CASE("a daemon that dies at any named point keeps what it promised") {
  Proof proof;
  std::set<std::string> hit;
  int deaths = 0;
  for (const auto& point : kPoints) {
    if (!is_in_this_store(point.name)) continue;
    CAPTURE(point.name, point.hit);
    const bool died = point.drive == Drive::FirstStart ? die_in_first_start(point) : proof.run(point);
    CHECK(died);
    if (!died) continue;
    hit.insert(point.name);
    ++deaths;
  }
  // Whoever died behind the record of a cancel was not asked again, and the run was cancelled all the same.
  CHECK(proof.result().counts.canceled == 1);
  std::cout << "failpoint_test: " << hit.size() << " points hit in " << deaths << " deaths, "
            << proof.result().counts.completed << " turns completed, " << proof.result().counts.unknown_outcomes
            << " unknown outcomes\n";
  std::size_t named = 0;
  for (const auto& name : platos::base::kFailpoints) {
    if (!is_in_this_store(name)) continue;
    ++named;
    CAPTURE(name);
    CHECK(hit.contains(std::string(name)));
  }
  CHECK(hit.size() == named);
  CHECK(hit.size() >= 30);
}
