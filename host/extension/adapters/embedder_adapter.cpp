#include "extension/adapters/embedder_adapter.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/task_set.hpp"
#include "base/text.hpp"
#include "egress/exchange_driver.hpp"
#include "extension/adapters/codec_step.hpp"
#include "extension/adapters/text_writer.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr std::int64_t kMaxDimensions = 16'384;
constexpr std::size_t kMaxDescriptionBytes = 64 * 1024;

/// Keeps what the plugin sends, and what is wrong with it.
class VectorGate {
 public:
  VectorGate(std::size_t texts, std::size_t dimensions) : vectors_(texts), dimensions_(dimensions) {
    table_ = {sizeof table_, 0, this,
              [](void* self, std::size_t index, const float* values, std::size_t count) noexcept -> std::int32_t {
                return static_cast<VectorGate*>(self)->take(index, values, count);
              },
              [](void*, std::int64_t) noexcept -> std::int32_t { return PLATOS_OK; }};
  }
  VectorGate(const VectorGate&) = delete;
  VectorGate& operator=(const VectorGate&) = delete;
  const platos_vector_sink_t* table() const { return &table_; }
  const std::optional<std::string>& problem() const { return problem_; }
  std::vector<ports::Vector> take_all() { return std::move(vectors_); }

  /// What is still missing when the codec says that it is done.
  std::optional<std::string> incomplete() const {
    const auto missing = std::find_if(vectors_.begin(), vectors_.end(), [](const auto& each) { return each.empty(); });
    if (missing == vectors_.end()) return std::nullopt;
    return "done without a vector for text " + std::to_string(missing - vectors_.begin());
  }

 private:
  std::int32_t take(std::size_t index, const float* values, std::size_t count) {
    if (problem_) return PLATOS_CANCELLED;
    if (index >= vectors_.size()) {
      problem_ = "a vector for text " + std::to_string(index) + " of " + std::to_string(vectors_.size());
    } else if (count != dimensions_ || values == nullptr) {
      problem_ = "a vector of " + std::to_string(count) + " dimensions; describe() says " + std::to_string(dimensions_);
    } else if (!std::all_of(values, values + count, [](float value) { return std::isfinite(value); })) {
      problem_ = "a vector with a value that is not finite";
    } else if (!vectors_[index].empty()) {
      problem_ = "two vectors for text " + std::to_string(index);
    } else {
      vectors_[index].assign(values, values + count);
    }
    return problem_ ? PLATOS_CANCELLED : PLATOS_OK;
  }

  std::vector<ports::Vector> vectors_;
  std::size_t dimensions_;
  std::optional<std::string> problem_;
  platos_vector_sink_t table_;
};

/// One batch. begin() and the first next() on a worker, everything else on the loop.
class CodecEmbedding final : public ports::Exchange {
 public:
  CodecEmbedding(std::shared_ptr<Instance> instance, const platos_embedder_t* table, std::vector<std::string> texts,
                 std::size_t dimensions)
      : instance_(std::move(instance)), table_(table), texts_(std::move(texts)), gate_(texts_.size(), dimensions) {}
  ~CodecEmbedding() override {
    if (embedding_ == nullptr || instance_->failed()) return;
    const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
    (void)instance_->call("embedder_", [&](platos_error_t*) -> std::int32_t {
      table_->end(embedding_);
      return PLATOS_OK;
    });
  }

  Result<void> begin(platos_call_t& call) {
    std::vector<platos_slice_t> slices;
    for (const auto& text : texts_) slices.push_back({text.data(), text.size()});
    auto begun = instance_->call("embedder_", [&](platos_error_t* error) {
      return table_->begin(instance_->handle(), &call, slices.data(), slices.size(), &embedding_, error);
    });
    if (!begun) return begun;
    if (embedding_ == nullptr) return instance_->breach("begin() succeeded without an embedding");
    auto step = ask();
    if (!step) return fail(step.error());
    first_ = *step;
    return {};
  }

  Result<ports::Step> next() override {
    if (first_) return *std::exchange(first_, std::nullopt);
    const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
    return ask();
  }
  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    const StrippedHeaders seen(headers, instance_->host().slots());
    return guarded(
        [&](platos_error_t* error) { return table_->on_head(embedding_, status, seen.data(), seen.size(), error); });
  }
  Result<void> on_frame(std::string_view event, std::string_view data) override {
    const StrippedFrame seen(data, instance_->host().slots());
    return guarded([&](platos_error_t* error) {
      return table_->on_frame(embedding_, {event.data(), event.size()}, seen.slice(), gate_.table(), error);
    });
  }
  Result<void> on_end(ports::TransportStatus status) override {
    return guarded(
        [&](platos_error_t* error) { return table_->on_end(embedding_, status_of(status), gate_.table(), error); });
  }

  Result<std::vector<ports::Vector>> take() {
    if (const auto missing = gate_.incomplete()) return instance_->breach(*missing);
    return gate_.take_all();
  }

 private:
  template <typename Body>
  Result<void> guarded(Body body) {
    const CodecGuard guard(instance_->watchdog(), instance_->plugin_id());
    return checked(instance_->call("embedder_", body));
  }
  Result<void> checked(Result<void> called) {
    if (gate_.problem()) return instance_->breach(*gate_.problem());
    return called;
  }
  Result<ports::Step> ask() {
    platos_step_t step{};
    step.struct_size = sizeof step;
    const auto asked = checked(instance_->call(
        "embedder_", [&](platos_error_t* error) { return table_->next(embedding_, &step, gate_.table(), error); }));
    if (!asked) return fail(asked.error());
    return steps_.read(step, *instance_);
  }

  std::shared_ptr<Instance> instance_;
  const platos_embedder_t* table_;
  std::vector<std::string> texts_;
  VectorGate gate_;
  StepReader steps_;
  platos_embedding_t* embedding_ = nullptr;
  std::optional<ports::Step> first_;
};

/// Keeps exchange and call together: the worker may still hold them when the caller has given up.
struct Batch {
  Batch(std::shared_ptr<Instance> instance, const platos_embedder_t* table, std::vector<std::string> texts,
        std::size_t dimensions)
      : codec(std::move(instance), table, std::move(texts), dimensions) {}
  platos_call_t call;
  CodecEmbedding codec;
};

}  // namespace

EmbedderAdapter::EmbedderAdapter(std::shared_ptr<Instance> instance, const platos_embedder_t* table,
                                 WorkerOptions options, ClientOf client_of)
    : instance_(std::move(instance)), table_(table), calls_(instance_, options, {}), client_of_(std::move(client_of)) {}

Result<std::shared_ptr<EmbedderAdapter>> EmbedderAdapter::make(std::shared_ptr<Instance> instance,
                                                               WorkerOptions options, ClientOf client_of) {
  const auto table = instance->interface_table<platos_embedder_t>(PLATOS_EMBEDDER_INTERFACE);
  if (!table) return fail(table.error());
  const platos_embedder_t* t = *table;
  if (t == nullptr || t->describe == nullptr || t->begin == nullptr || t->next == nullptr || t->on_head == nullptr ||
      t->on_frame == nullptr || t->on_end == nullptr || t->end == nullptr) {
    return instance->breach("has no complete table for " PLATOS_EMBEDDER_INTERFACE);
  }
  std::shared_ptr<EmbedderAdapter> adapter(new EmbedderAdapter(std::move(instance), t, options, std::move(client_of)));
  if (auto read = adapter->read_description(); !read) return fail(read.error());
  return adapter;
}

Result<void> EmbedderAdapter::read_description() {
  TextWriter text(kMaxDescriptionBytes);
  const auto described = instance_->call(
      "embedder_", [&](platos_error_t* error) { return table_->describe(instance_->handle(), text.writer(), error); });
  if (!described) return described;
  const auto json = model::parse_bounded(text.text(), "the description");
  if (!json || !json->is_object()) return instance_->breach("describe() must write a JSON object");
  const auto model_name = model::required_text(*json, "model");
  const auto dimensions = model::optional_integer(*json, "dimensions", 1, kMaxDimensions);
  const auto max_texts = model::optional_integer(*json, "max_texts", 1, 10'000);
  const auto max_bytes = model::optional_integer(*json, "max_text_bytes", 1, 16 * 1024 * 1024);
  if (!model_name || !dimensions || !*dimensions || !max_texts || !max_bytes) {
    return instance_->breach("describe() must write model, dimensions (1 to 16384), max_texts, max_text_bytes");
  }
  info_.model = *model_name;
  info_.dimensions = static_cast<std::size_t>(**dimensions);
  info_.max_texts = static_cast<std::size_t>(max_texts->value_or(1));
  info_.max_text_bytes = static_cast<std::size_t>(max_bytes->value_or(8 * 1024));
  return {};
}

Task<Result<std::vector<ports::Vector>>> EmbedderAdapter::embed(ports::CallContext context,
                                                                std::vector<std::string> texts,
                                                                base::CancelToken cancel) {
  if (texts.size() > info_.max_texts) {
    co_return fail(ErrorKind::InvalidArgument, "too_many_texts",
                   instance_->name() + " takes " + std::to_string(info_.max_texts) + " texts at once, found " +
                       std::to_string(texts.size()));
  }
  for (auto& text : texts) text.resize(base::cut_utf8(text, info_.max_text_bytes).size());
  auto batch = std::make_shared<Batch>(instance_, table_, std::move(texts), info_.dimensions);
  batch->call.context = context;
  BlockingCalls::Body begin = [batch](platos_call_t&) { return batch->codec.begin(batch->call); };
  const auto begun = co_await calls_.run(std::move(context), cancel, "embedding a batch", std::move(begin));
  if (!begun) co_return fail(begun.error());
  base::Loop& loop = *base::Loop::current();
  egress::DriveOptions options{*this,
                               [&loop, cancel](std::int64_t wait_ms) -> Task<Result<bool>> {
                                 return [](base::Loop& on, std::int64_t ms,
                                           base::CancelToken until) -> Task<Result<bool>> {
                                   const bool elapsed = co_await base::sleep_for(on, ms * 1000, until);
                                   co_return elapsed;
                                 }(loop, wait_ms, cancel);
                               },
                               {}};
  const auto done = co_await egress::drive(client_of_(loop), batch->codec, std::move(options), cancel);
  if (!done) co_return fail(done.error());
  co_return batch->codec.take();
}

}  // namespace platos::extension
