#include "engine/event_log.hpp"

#include <algorithm>

namespace platos::engine {
namespace {

// Enough for a client that comes back at once; one that comes later is served from the store.
constexpr std::size_t kKeptBytes = 1024;

void append_length(std::string& out, std::size_t length) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((length >> shift) & 0xFF);
}

std::size_t read_length(std::string_view bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  return length;
}

}  // namespace

EventLog::EventLog(std::string run_id, std::int64_t first_seq, std::int64_t reserved, std::size_t max_bytes)
    : suffix_(",\"_run\":\"" + run_id + "\"}"),
      max_bytes_(max_bytes),
      last_seq_(first_seq - 1),
      flushed_seq_(first_seq - 1),
      committed_seq_(first_seq - 1),
      reserved_(reserved) {}

std::int64_t EventLog::append(const model::Event& event) {
  std::int64_t seq = 0;
  {
    const std::lock_guard lock(mutex_);
    seq = ++last_seq_;
    LoggedEvent logged;
    logged.seq = seq;
    const std::string number = std::to_string(seq);
    logged.json.reserve(event.open_json.size() + suffix_.size() + number.size() + 9);
    logged.json += event.open_json;
    logged.json += ",\"_seq\":";
    logged.json += number;
    logged.json += suffix_;
    bytes_ += logged.json.size();
    unflushed_bytes_ += logged.json.size();
    events_.push_back(std::move(logged));
    if (event.publication == model::Event::Class::Settled) uncommitted_settled_.push_back(seq);
    if (visible_locked() < seq) return seq;
  }
  notify();
  return seq;
}

std::int64_t EventLog::last_seq() const {
  const std::lock_guard lock(mutex_);
  return last_seq_;
}

bool EventLog::has_unflushed() const {
  const std::lock_guard lock(mutex_);
  return flushed_seq_ != last_seq_;
}

store::StreamBlock EventLog::take_unflushed() {
  const std::lock_guard lock(mutex_);
  store::StreamBlock block;
  if (flushed_seq_ == last_seq_) return block;
  block.first_seq = flushed_seq_ + 1;
  block.last_seq = last_seq_;
  const auto first = std::lower_bound(events_.begin(), events_.end(), block.first_seq,
                                      [](const LoggedEvent& event, std::int64_t seq) { return event.seq < seq; });
  block.payload.reserve(unflushed_bytes_ + 4 * static_cast<std::size_t>(events_.end() - first));
  for (auto event = first; event != events_.end(); ++event) {
    append_length(block.payload, event->json.size());
    block.payload += event->json;
  }
  flushed_seq_ = last_seq_;
  return block;
}

void EventLog::committed(std::int64_t seq, std::int64_t reserved) {
  {
    const std::lock_guard lock(mutex_);
    // Subscribers were told of these by the commit before, and have read them since.
    const std::int64_t read_seq = committed_seq_;
    committed_seq_ = std::max(committed_seq_, seq);
    reserved_ = std::max(reserved_, reserved);
    const auto first_left = std::upper_bound(uncommitted_settled_.begin(), uncommitted_settled_.end(), seq);
    uncommitted_settled_.erase(uncommitted_settled_.begin(), first_left);
    unflushed_bytes_ = 0;
    for (auto event = events_.rbegin(); event != events_.rend() && event->seq > committed_seq_; ++event) {
      unflushed_bytes_ += event->json.size();
    }
    trim_locked(read_seq);
  }
  notify();
}

void EventLog::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  notify();
}

bool EventLog::congested() const {
  const std::lock_guard lock(mutex_);
  return unflushed_bytes_ > max_bytes_;
}

bool EventLog::is_filling() const {
  const std::lock_guard lock(mutex_);
  return unflushed_bytes_ > max_bytes_ / 8;
}

std::int64_t EventLog::visible_locked() const {
  const std::int64_t settled = uncommitted_settled_.empty() ? last_seq_ : uncommitted_settled_.front() - 1;
  return std::min(settled, reserved_);
}

void EventLog::trim_locked(std::int64_t read_seq) {
  while (!events_.empty() && events_.front().seq <= committed_seq_) {
    const bool is_old = events_.front().seq <= read_seq && bytes_ - unflushed_bytes_ > kKeptBytes;
    if (!is_old && bytes_ <= max_bytes_) break;
    bytes_ -= events_.front().json.size();
    events_.pop_front();
  }
}

EventLog::Read EventLog::read(std::int64_t after, std::size_t max_bytes, std::vector<LoggedEvent>& out) const {
  const std::lock_guard lock(mutex_);
  const std::int64_t visible = visible_locked();
  if (after >= visible) return closed_ && after >= last_seq_ ? Read::End : Read::Nothing;
  if (events_.empty() || events_.front().seq > after + 1) return Read::Behind;
  auto event = std::lower_bound(events_.begin(), events_.end(), after + 1,
                                [](const LoggedEvent& each, std::int64_t seq) { return each.seq < seq; });
  out.reserve(out.size() + static_cast<std::size_t>(std::min(visible - after, std::int64_t{64})));
  for (std::size_t bytes = 0; event != events_.end() && event->seq <= visible && bytes < max_bytes; ++event) {
    bytes += event->json.size();
    out.push_back(*event);
  }
  return Read::Events;
}

std::uint64_t EventLog::subscribe(base::Loop& loop, std::function<void()> notice) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t number = next_subscriber_++;
  auto subscriber = std::make_shared<Subscriber>();
  subscriber->loop = &loop;
  subscriber->notice = std::move(notice);
  subscribers_.emplace(number, std::move(subscriber));
  return number;
}

void EventLog::unsubscribe(std::uint64_t number) {
  const std::lock_guard lock(mutex_);
  const auto found = subscribers_.find(number);
  if (found == subscribers_.end()) return;
  found->second->active = false;
  subscribers_.erase(found);
}

void EventLog::notify() {
  std::vector<std::shared_ptr<Subscriber>> to_tell;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [number, subscriber] : subscribers_) {
      if (subscriber->told.exchange(true)) continue;
      to_tell.push_back(subscriber);
    }
  }
  for (const auto& subscriber : to_tell) {
    // Told once a pass: the notice pulls everything that is new by then.
    const auto tell = [subscriber] {
      subscriber->told = false;
      if (subscriber->active) subscriber->notice();
    };
    if (subscriber->loop->in_thread()) {
      subscriber->loop->at_stage_end(tell);
    } else {
      subscriber->loop->post(tell);
    }
  }
}

Result<std::vector<LoggedEvent>> decode_block(const store::StreamBlock& block, std::int64_t after) {
  std::vector<LoggedEvent> events;
  std::string_view rest = block.payload;
  for (std::int64_t seq = block.first_seq; seq <= block.last_seq; ++seq) {
    const std::size_t length = rest.size() < 4 ? std::string_view::npos : read_length(rest);
    if (length > rest.size() - 4 || rest.size() < 4) {
      return fail(ErrorKind::DataLoss, "stream_unreadable",
                  "the stored block of events " + std::to_string(block.first_seq) + " to " +
                      std::to_string(block.last_seq) + " ends early");
    }
    if (seq > after) events.push_back({seq, std::string(rest.substr(4, length))});
    rest.remove_prefix(4 + length);
  }
  return events;
}

}  // namespace platos::engine
