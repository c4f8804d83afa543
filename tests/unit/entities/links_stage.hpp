// Connections that keep what they are sent, on one loop.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "entities/links.hpp"

namespace platos::entities {

struct RecordedLink final : Link {
  explicit RecordedLink(base::Loop& loop) : loop_(loop) {}
  base::Loop& loop() override { return loop_; }
  void send(const std::string& frame) override { frames.push_back(model::Json::parse(frame)); }
  void close(std::uint16_t status, const std::string&) override { closed = status; }
  void recheck() override { ++rechecks; }

  std::vector<model::Json> frames;
  int closed = 0;
  int rechecks = 0;

 private:
  base::Loop& loop_;
};

struct LinksStage {
  base::ManualClock clock;
  base::Loop loop{clock};
  Links links{clock};

  struct Connection {
    std::shared_ptr<RecordedLink> link;
    Result<std::string> id;
  };
  Connection connect(const std::string& instance = {}, const std::string& entity = "ent_1",
                     const std::string& environment = "env_1") {
    tenancy::EntityGuest guest;
    guest.entity.id = entity;
    guest.entity.secret = "secret of " + entity;
    guest.scope = {"org", "prj", environment};
    auto link = std::make_shared<RecordedLink>(loop);
    auto id = links.attach(link, std::move(guest), instance, 0);
    return {link, id};
  }

  static OutgoingCall call_of(const std::string& tool, const std::string& environment = "env_1") {
    OutgoingCall call;
    call.scope = {"org", "prj", environment};
    call.entity = "shop";
    call.tool = tool;
    call.arguments_json = "{}";
    return call;
  }
  struct Sent {
    Result<std::string> id;
    base::Completion<Reply> done;
  };
  Sent send(const std::string& tool, const std::string& entity = "ent_1", const std::string& environment = "env_1") {
    const base::Completion<Reply> done(loop);
    auto id = links.send(call_of(tool, environment), entity, 0, done);
    pass();
    return {id, done};
  }
  void pass() {
    loop.run_until([] { return true; });
  }
};

}  // namespace platos::entities
