#include "model/run.hpp"

#include <array>

namespace platos::model {
namespace {
struct Name {
  RunState state;
  std::string_view text;
};
constexpr std::array<Name, 6> kNames = {{{RunState::Queued, "queued"},
                                         {RunState::Running, "running"},
                                         {RunState::Waiting, "waiting"},
                                         {RunState::Completed, "completed"},
                                         {RunState::Failed, "failed"},
                                         {RunState::Cancelled, "canceled"}}};
}  // namespace

std::string_view to_text(RunState state) {
  for (const auto& name : kNames) {
    if (name.state == state) return name.text;
  }
  return "unspecified";
}

RunState run_state_from_text(std::string_view text) {
  for (const auto& name : kNames) {
    if (name.text == text) return name.state;
  }
  return RunState::Unspecified;
}

}  // namespace platos::model
