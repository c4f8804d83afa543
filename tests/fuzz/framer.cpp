// Frames of each framing are the same however the bytes arrive; server-sent events are those of the standard.
#include "egress/framer.hpp"

#include "fuzz/clean_error.hpp"

using namespace platos;
using fuzz::require;

namespace {

using Frames = std::vector<std::pair<std::string, std::string>>;  // event and data

struct Outcome {
  std::string code;  ///< of the refusal, or empty
  Frames frames;

  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(ports::Framing framing, std::size_t max_frame_bytes, const std::vector<std::string_view>& pieces) {
  const auto framer = egress::make_framer(framing, max_frame_bytes);
  Outcome outcome;
  const auto on_frame = [&](std::string_view event, std::string_view data) -> Result<void> {
    require(data.size() <= max_frame_bytes + 1, "a frame stays under its limit, but for a last line end");
    outcome.frames.emplace_back(event, data);
    return {};
  };
  const auto note = [&](const Result<void>& done) {
    if (done) return true;
    fuzz::require_clean(done.error());
    outcome.code = done.error().code;
    return false;
  };
  const bool is_fed = std::all_of(pieces.begin(), pieces.end(),
                                  [&](std::string_view piece) { return note(framer->feed(piece, on_frame)); });
  if (is_fed) note(framer->finish(on_frame));
  return outcome;
}

/// "Interpreting an event stream" of the HTML standard, plainly.
Frames standard_frames(std::string_view input) {
  std::string text;
  for (std::size_t i = input.starts_with("\xEF\xBB\xBF") ? 3 : 0; i < input.size(); ++i) {
    if (input[i] == '\n' && i > 0 && input[i - 1] == '\r') continue;
    text += input[i] == '\r' ? '\n' : input[i];
  }
  Frames frames;
  std::string event;
  std::string data;
  for (std::size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const std::string line = text.substr(begin, end - begin);
    const std::string field = line.substr(0, line.find(':'));
    std::string value = field.size() < line.size() ? line.substr(field.size() + 1) : "";
    if (value.starts_with(' ')) value.erase(0, 1);
    if (line.empty()) {
      if (!data.empty()) frames.emplace_back(event, data.substr(0, data.size() - 1));
      event.clear();
      data.clear();
    } else if (field == "data") {
      data += value + '\n';
    } else if (field == "event") {
      event = value;
    }
  }
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using ports::Framing;
  const std::string_view input = fuzz::text_of(data, size);
  for (const Framing framing : {Framing::ServerSentEvents, Framing::NdJson, Framing::Whole}) {
    for (const std::size_t limit : {std::size_t{24}, std::size_t{1024 * 1024}}) {
      const Outcome whole = outcome_of(framing, limit, {input});
      for (int way = 0; way < fuzz::kCuts; ++way) {
        require(outcome_of(framing, limit, fuzz::cut(input, way)) == whole,
                "cuts change nothing, framing " + std::to_string(static_cast<int>(framing)));
      }
    }
  }
  const Outcome events = outcome_of(Framing::ServerSentEvents, 1024 * 1024, {input});
  require(events.code.empty() && events.frames == standard_frames(input), "events are those of the standard");
  return 0;
}
