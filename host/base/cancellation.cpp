#include "base/cancellation.hpp"

namespace platos::base {

CancelSource::CancelSource() : state_(std::make_shared<State>()) {}

CancelToken CancelSource::token() const { return CancelToken(state_); }

void CancelSource::cancel(std::string reason) {
  if (state_->cancelled) return;
  const auto state = state_;  // a listener may destroy this source
  state->cancelled = true;
  state->reason = std::move(reason);
  // One at a time: a listener may end the registration of another.
  while (!state->listeners.empty()) {
    const auto next = state->listeners.extract(state->listeners.begin());
    next.mapped()();
  }
}

CancelToken::Registration CancelToken::on_cancel(std::function<void()> listener) const {
  if (!state_) return {};
  if (state_->cancelled) {
    listener();
    return {};
  }
  const std::uint64_t number = state_->next++;
  state_->listeners.emplace(number, std::move(listener));
  return {state_, number};
}

void CancelToken::Registration::release() {
  if (number_ == 0) return;
  if (const auto state = state_.lock()) state->listeners.erase(number_);
  number_ = 0;
}

}  // namespace platos::base
