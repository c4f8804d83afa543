#include "egress/framer.hpp"

namespace platos::egress {
namespace {

tl::unexpected<Error> too_large(std::size_t limit) {
  return fail(ErrorKind::ResourceExhausted, "upstream_frame_too_large",
              "the upstream sent a frame of more than " + std::to_string(limit) + " bytes");
}

constexpr std::size_t kFieldNameBytes = 16;  // "data: " does not count for the limit of an event

class RawFramer final : public Framer {
 public:
  Result<void> feed(std::string_view bytes, const OnFrame& on_frame) override { return on_frame({}, bytes); }
  Result<void> finish(const OnFrame&) override { return {}; }
};

class WholeFramer final : public Framer {
 public:
  explicit WholeFramer(std::size_t limit) : limit_(limit) {}
  Result<void> feed(std::string_view bytes, const OnFrame&) override {
    if (body_.size() + bytes.size() > limit_) return too_large(limit_);
    body_ += bytes;
    return {};
  }
  Result<void> finish(const OnFrame& on_frame) override { return on_frame({}, body_); }

 private:
  std::size_t limit_;
  std::string body_;
};

/// Splits into lines at any of `ends`, also when a cut falls between CR and LF.
class LineSplitter {
 public:
  LineSplitter(std::size_t limit, std::string_view ends)
      : limit_(limit), cr_ends_(ends.find('\r') != std::string_view::npos) {}

  template <typename OnLine>
  Result<void> feed(std::string_view bytes, OnLine on_line) {
    while (!bytes.empty()) {
      if (after_cr_) {
        after_cr_ = false;
        if (bytes.front() == '\n') {
          bytes.remove_prefix(1);
          continue;
        }
      }
      // Two searches for one byte each: find_first_of() would look at every byte by itself.
      auto end = bytes.find('\n');
      if (cr_ends_) end = std::min(end, bytes.substr(0, end).find('\r'));
      const std::string_view piece = bytes.substr(0, end);
      if (held_.size() + piece.size() > limit_) return too_large(limit_);
      if (end == std::string_view::npos) {
        held_ += piece;
        return {};
      }
      after_cr_ = bytes[end] == '\r';
      bytes.remove_prefix(end + 1);
      if (held_.empty()) {
        if (auto done = on_line(piece); !done) return done;
        continue;
      }
      held_ += piece;
      const std::string line = std::exchange(held_, {});
      if (auto done = on_line(std::string_view(line)); !done) return done;
    }
    return {};
  }
  std::string take_rest() { return std::exchange(held_, {}); }

 private:
  std::size_t limit_;
  bool cr_ends_;
  std::string held_;
  bool after_cr_ = false;
};

class NdJsonFramer final : public Framer {
 public:
  explicit NdJsonFramer(std::size_t limit) : lines_(limit, "\n") {}
  Result<void> feed(std::string_view bytes, const OnFrame& on_frame) override {
    return lines_.feed(bytes, [&](std::string_view line) -> Result<void> { return on_line(line, on_frame); });
  }
  Result<void> finish(const OnFrame& on_frame) override { return on_line(lines_.take_rest(), on_frame); }

 private:
  static Result<void> on_line(std::string_view line, const OnFrame& on_frame) {
    // A CR is white space in JSON; only the one before the line's end goes.
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) return {};
    return on_frame({}, line);
  }

  LineSplitter lines_;
};

class SseFramer final : public Framer {
 public:
  explicit SseFramer(std::size_t limit) : limit_(limit), lines_(limit + kFieldNameBytes, "\r\n") {}

  Result<void> feed(std::string_view bytes, const OnFrame& on_frame) override {
    return lines_.feed(bytes, [&](std::string_view line) { return on_line(line, on_frame); });
  }
  Result<void> finish(const OnFrame&) override { return {}; }

 private:
  Result<void> on_line(std::string_view line, const OnFrame& on_frame) {
    if (std::exchange(first_line_, false) && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    if (line.empty()) return dispatch(on_frame);
    const auto colon = line.find(':');
    const std::string_view field = line.substr(0, colon);
    std::string_view value = colon == std::string_view::npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (field == "event") {
      event_ = value;
    } else if (field == "data") {
      if (data_.size() + value.size() > limit_) return too_large(limit_);
      if (has_data_) data_ += '\n';
      data_ += value;
      has_data_ = true;
    }
    return {};
  }

  Result<void> dispatch(const OnFrame& on_frame) {
    const bool send = std::exchange(has_data_, false);
    const std::string data = std::exchange(data_, {});
    const std::string event = std::exchange(event_, {});
    if (!send) return {};
    return on_frame(event, data);
  }

  std::size_t limit_;
  LineSplitter lines_;
  bool first_line_ = true;
  bool has_data_ = false;
  std::string event_;
  std::string data_;
};

}  // namespace

std::unique_ptr<Framer> make_framer(ports::Framing framing, std::size_t max_frame_bytes) {
  switch (framing) {
    case ports::Framing::ServerSentEvents: return std::make_unique<SseFramer>(max_frame_bytes);
    case ports::Framing::NdJson: return std::make_unique<NdJsonFramer>(max_frame_bytes);
    case ports::Framing::Whole: return std::make_unique<WholeFramer>(max_frame_bytes);
    default: return std::make_unique<RawFramer>();
  }
}

}  // namespace platos::egress
