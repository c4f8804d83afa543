// A body reads the same however its bytes arrive.
#include "ingress/chunked_body.hpp"

#include "fuzz/clean_error.hpp"

using namespace platos;
using fuzz::require;

namespace {

constexpr std::size_t kMaxBytes = 1024;

struct Outcome {
  std::string code;  ///< of the refusal, or empty
  bool complete = false;
  std::string body;
  std::string rest;  ///< what stands behind the body

  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const std::vector<std::string_view>& pieces) {
  ingress::ChunkedBody chunks(kMaxBytes);
  Outcome outcome;
  for (const std::string_view piece : pieces) {
    outcome.rest += piece;
    if (chunks.complete()) continue;
    if (const auto fed = chunks.feed(outcome.rest); !fed) {
      fuzz::require_clean(fed.error());
      return {fed.error().code, false, {}, {}};
    }
  }
  outcome.complete = chunks.complete();
  outcome.body = chunks.take();
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  const Outcome whole = outcome_of({input});
  require(whole.body.size() <= kMaxBytes, "a body stays under its limit");
  require(!whole.complete || input.ends_with(whole.rest), "what stands behind the body is left alone");
  for (int way = 0; way < fuzz::kCuts; ++way) {
    require(outcome_of(fuzz::cut(input, way)) == whole, "cuts change nothing, way " + std::to_string(way));
  }
  return 0;
}
