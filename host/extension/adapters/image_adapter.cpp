#include "extension/adapters/image_adapter.hpp"

#include <nlohmann/json.hpp>

#include "base/task_set.hpp"
#include "egress/exchange_driver.hpp"
#include "extension/adapters/image_exchange.hpp"
#include "extension/adapters/text_writer.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxImageDescription = 64 * 1024;
constexpr std::int64_t kMaxSide = 65'535;
constexpr std::int64_t kMaxPromptBytes = 1024 * 1024;
constexpr std::int64_t kMaxImageCost = 1'000'000'000;
constexpr std::size_t kMaxSizes = 64;

/// Keeps exchange and call together: the worker may still hold them when the caller has given up.
struct Making {
  Making(std::shared_ptr<Instance> instance, const platos_image_maker_t* table,
         std::unique_ptr<secrets::SlotTable> slots, std::string request)
      : request_json(std::move(request)), exchange(std::move(instance), table, std::move(slots)) {}
  std::string request_json;
  platos_call_t call;
  ImageExchange exchange;
};

/// Cancelled with the caller, or when the time is over.
class Until {
 public:
  Until(base::Loop& loop, std::int64_t deadline_us, const base::CancelToken& cancel)
      : loop_(loop),
        timer_(loop.call_at(deadline_us, [source = source_]() mutable { source.cancel("deadline"); })),
        registration_(cancel.on_cancel([source = source_, cancel]() mutable { source.cancel(cancel.reason()); })) {}
  ~Until() { loop_.cancel(timer_); }
  Until(const Until&) = delete;
  Until& operator=(const Until&) = delete;
  base::CancelToken token() const { return source_.token(); }

 private:
  base::Loop& loop_;
  base::CancelSource source_;
  base::Loop::TimerId timer_;
  base::CancelToken::Registration registration_;
};

Task<Result<bool>> wait_out(base::Loop& loop, std::int64_t wait_ms, base::CancelToken cancel) {
  const bool elapsed = co_await base::sleep_for(loop, wait_ms * 1000, cancel);
  co_return elapsed;
}

Result<ports::ImageSize> size_from(const model::Json& json) {
  const auto width = model::optional_integer(json, "width", 1, kMaxSide);
  const auto height = model::optional_integer(json, "height", 1, kMaxSide);
  const auto cost = model::optional_integer(json, "cost_micro_usd", 0, kMaxImageCost);
  if (!width || !*width || !height || !*height || !cost)
    return fail(ErrorKind::Internal, "plugin_breach", "a size that cannot be");
  return ports::ImageSize{**width, **height, cost->value_or(-1)};
}

std::string sides(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

}  // namespace

ImageAdapter::ImageAdapter(std::shared_ptr<Instance> instance, const platos_image_maker_t* table, WorkerOptions options,
                           ClientOf client_of, std::vector<std::string> slots)
    : instance_(std::move(instance)),
      table_(table),
      calls_(instance_, options, {}),
      client_of_(std::move(client_of)),
      slots_(std::move(slots)) {}

Result<std::shared_ptr<ImageAdapter>> ImageAdapter::make(std::shared_ptr<Instance> instance, WorkerOptions options,
                                                         ClientOf client_of, std::vector<std::string> slots) {
  const auto table = instance->interface_table<platos_image_maker_t>(PLATOS_IMAGE_INTERFACE);
  if (!table) return fail(table.error());
  const platos_image_maker_t* t = *table;
  if (t == nullptr || t->describe == nullptr || t->begin == nullptr || t->next == nullptr || t->on_head == nullptr ||
      t->on_frame == nullptr || t->on_end == nullptr || t->end == nullptr) {
    return instance->breach("has no complete table for " PLATOS_IMAGE_INTERFACE);
  }
  std::shared_ptr<ImageAdapter> adapter(
      new ImageAdapter(std::move(instance), t, options, std::move(client_of), std::move(slots)));
  if (auto read = adapter->read_description(); !read) return fail(read.error());
  return adapter;
}

Result<void> ImageAdapter::read_description() {
  TextWriter text(kMaxImageDescription);
  const auto described = instance_->call(
      "image_", [&](platos_error_t* error) { return table_->describe(instance_->handle(), text.writer(), error); });
  if (!described) return described;
  const auto json = model::parse_bounded(text.text(), "the description");
  if (!json || !json->is_object()) return instance_->breach("describe() must write a JSON object");
  const auto model_name = model::required_text(*json, "model");
  const auto prompt_bytes = model::optional_integer(*json, "max_prompt_bytes", 1, kMaxPromptBytes);
  const auto list = json->find("sizes");
  const bool has_sizes = list != json->end() && list->is_array() && !list->empty() && list->size() <= kMaxSizes;
  if (!model_name || !prompt_bytes || !*prompt_bytes || !has_sizes)
    return instance_->breach("describe() must write model, max_prompt_bytes, and 1 to 64 sizes");
  for (const auto& each : *list) {
    const auto size = each.is_object() ? size_from(each) : fail(ErrorKind::Internal, "plugin_breach", "no object");
    if (!size || info_.find(size->width, size->height) != nullptr)
      return instance_->breach("describe() must write each size once, with width and height from 1 to 65535");
    info_.sizes.push_back(*size);
  }
  info_.model = *model_name;
  info_.max_prompt_bytes = static_cast<std::size_t>(**prompt_bytes);
  return {};
}

Result<void> ImageAdapter::check(const ports::ImageRequest& request) const {
  if (request.prompt.size() > info_.max_prompt_bytes) {
    return fail(ErrorKind::InvalidArgument, "image_prompt_too_long",
                "prompt: " + instance_->name() + " takes at most " + std::to_string(info_.max_prompt_bytes) +
                    " bytes, found " + std::to_string(request.prompt.size()));
  }
  if (info_.find(request.width, request.height) != nullptr) return {};
  std::string known;
  for (const auto& size : info_.sizes) known += (known.empty() ? "" : ", ") + sides(size.width, size.height);
  return fail(ErrorKind::InvalidArgument, "image_size_unsupported",
              "size: " + instance_->name() + " makes " + known + ", found " + sides(request.width, request.height));
}

Task<Result<ports::GeneratedImage>> ImageAdapter::make(ports::CallContext context, ports::ImageRequest request,
                                                       base::CancelToken cancel) {
  if (auto fits = check(request); !fits) co_return fail(fits.error());
  std::unique_ptr<secrets::SlotTable> slots;
  if (!request.keys.empty()) {
    slots = std::make_unique<secrets::SlotTable>(slots_);
    for (const auto& [slot, value] : request.keys) slots->put(slot, secrets::Secret(value));
  }
  const model::Json wanted = {
      {"v", 1}, {"prompt", std::move(request.prompt)}, {"width", request.width}, {"height", request.height}};
  auto making = std::make_shared<Making>(instance_, table_, std::move(slots), model::dump(wanted));
  making->call.context = context;
  const std::int64_t deadline_us = context.deadline_us;
  BlockingCalls::Body begin = [making](platos_call_t&) {
    return making->exchange.begin(making->call, making->request_json);
  };
  const auto begun = co_await calls_.run(std::move(context), cancel, "beginning an image", std::move(begin));
  if (!begun) co_return fail(begun.error());
  base::Loop& loop = *base::Loop::current();
  const Until until(loop, deadline_us, cancel);
  const base::CancelToken stop = until.token();
  egress::DriveOptions options{
      making->exchange, [&loop, stop](std::int64_t wait_ms) { return wait_out(loop, wait_ms, stop); }, {}};
  const auto done = co_await egress::drive(client_of_(loop), making->exchange, std::move(options), stop);
  if (done) co_return making->exchange.take();
  if (stop.reason() != "deadline") co_return fail(done.error());
  co_return fail(ErrorKind::Deadline, "deadline", instance_->name() + ": the image took longer than the call may");
}

}  // namespace platos::extension
