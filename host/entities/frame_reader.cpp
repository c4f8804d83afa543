#include "entities/frame_reader.hpp"

#include <memory>
#include <nlohmann/json.hpp>

namespace platos::entities {
namespace {

constexpr std::size_t kMaxFrameNodes = 1'000'000;
constexpr int kMaxFrameDepth = 64;

}  // namespace

Result<model::Json> read_json_now(const std::string& text, const std::string& what) {
  return model::parse_bounded(text, what, {kMaxFrameBytes, kMaxFrameDepth, kMaxFrameNodes});
}

Task<Result<model::Json>> read_json(base::Loop& loop, base::WorkerPool& workers, std::string text, std::string what) {
  if (text.size() <= kInlineBytes) co_return read_json_now(text, what);
  using Read = std::shared_ptr<Result<model::Json>>;
  const auto shared = std::make_shared<const std::string>(std::move(text));
  const auto reading = workers.run(loop, [shared, what]() -> Result<Read> {
    return std::make_shared<Result<model::Json>>(read_json_now(*shared, what));
  });
  auto read = co_await reading;
  // A queue that is full is no reason to lose what was said.
  if (!read) co_return read_json_now(*shared, what);
  co_return std::move(**read);
}

}  // namespace platos::entities
