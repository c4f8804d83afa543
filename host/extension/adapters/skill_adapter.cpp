#include "extension/adapters/skill_adapter.hpp"

#include <algorithm>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/task_set.hpp"
#include "base/text.hpp"
#include "extension/adapters/tool_output.hpp"
#include "extension/services/call.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr std::int64_t kGraceUs = 2'000'000;
constexpr std::size_t kMaxTools = 1000;
constexpr std::size_t kMaxListBytes = 4 * 1024 * 1024;

tl::unexpected<Error> breach(const std::string& instance, const std::string& what) {
  return fail(ErrorKind::Internal, "plugin_breach", instance + ": " + what);
}

bool is_tool_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
  return plain && !name.empty() && name.size() <= 64;
}

Result<model::Tool> read_tool(const model::Json& json, const std::string& instance) {
  auto name = model::required_text(json, "name");
  if (!name) return breach(instance, "a tool's " + name.error().message);
  if (!is_tool_name(*name))
    return breach(instance, "a tool's name must be 1 to 64 of letters, digits, '_', '.', '-', found \"" +
                                base::printable(*name) + "\"");
  const auto description = model::optional_text(json, "description");
  const auto effect = model::optional_text(json, "effect");
  const auto approval = model::optional_bool(json, "requires_approval");
  const auto timeout = model::optional_integer(json, "timeout_ms", 0, 24LL * 3600 * 1000);
  const auto schema = json.find("input_schema");
  const bool readable = description && effect && approval && timeout && schema != json.end() && schema->is_object();
  if (!readable)
    return breach(instance,
                  "tool " + *name + ": a member of its description has the wrong type, or input_schema is missing");
  model::Tool tool;
  tool.instance = instance;
  tool.name = *name;
  tool.model_name = model::model_tool_name(instance, *name);
  tool.description = description->value_or("");
  tool.input_schema_json = model::dump(*schema);
  tool.effect = model::effect_from_text(effect->value_or("once"));
  tool.requires_approval = approval->value_or(false);
  tool.timeout_ms = timeout->value_or(0);
  return tool;
}

}  // namespace

/// One call, shared by the loop and the worker.
struct SkillAdapter::Running {
  Running(base::Loop& loop, std::shared_ptr<Instance> owner) : instance(std::move(owner)), done(loop) {}
  std::shared_ptr<Instance> instance;
  platos_call_t call;
  std::string tool;
  std::string arguments_json;
  base::Completion<Result<std::string>> done;
  std::mutex mutex;  // guards the two below
  bool inside = false;
  std::thread::id thread;
};

SkillAdapter::SkillAdapter(std::shared_ptr<Instance> instance, const platos_skill_t* table, SkillOptions options)
    : instance_(std::move(instance)),
      table_(table),
      pool_(std::make_unique<base::WorkerPool>(instance_->name(), options.workers, options.max_queued)) {}

SkillAdapter::~SkillAdapter() = default;

Result<std::shared_ptr<SkillAdapter>> SkillAdapter::make(std::shared_ptr<Instance> instance, SkillOptions options) {
  const auto table = instance->interface_table<platos_skill_t>(PLATOS_SKILL_INTERFACE);
  if (!table) return fail(table.error());
  if (*table == nullptr || (*table)->list == nullptr || (*table)->invoke == nullptr) {
    return breach(instance->name(), "has no complete table for " PLATOS_SKILL_INTERFACE);
  }
  std::shared_ptr<SkillAdapter> adapter(new SkillAdapter(std::move(instance), *table, options));
  if (auto read = adapter->read_tools(); !read) return fail(read.error());
  return adapter;
}

Result<void> SkillAdapter::read_tools() {
  struct Text {
    std::string text;
    platos_writer_t writer{sizeof(platos_writer_t), 0, this,
                           [](void* self, platos_slice_t bytes) noexcept -> std::int32_t {
                             auto& out = static_cast<Text*>(self)->text;
                             const auto view = checked_view(bytes, kMaxListBytes, "list");
                             if (!view || out.size() + view->size() > kMaxListBytes) return PLATOS_RESOURCE_EXHAUSTED;
                             out += *view;
                             return PLATOS_OK;
                           }};
  } list;
  platos_error_t error;
  const auto status = call_plugin([&] { return table_->list(instance_->handle(), &list.writer, &error); },
                                  [&](const char* what) { error.message = what; });
  if (status != PLATOS_OK) return fail(tool_error(status, error, instance_->name()));
  const auto json = model::parse_bounded(list.text, instance_->name() + "'s tool list", {kMaxListBytes, 64, 500'000});
  if (!json || !json->is_array() || json->size() > kMaxTools) {
    return breach(instance_->name(), "list() must write a JSON array of at most 1000 tools");
  }
  for (const auto& item : *json) {
    auto tool = read_tool(item, instance_->name());
    if (!tool) return fail(tool.error());
    tools_.push_back(std::move(*tool));
  }
  return {};
}

Task<Result<std::string>> SkillAdapter::invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                               base::CancelToken cancel) {
  // Never from a pool of its own: the caller's loop carries the wait.
  base::Loop& loop = *base::Loop::current();
  if (instance_->failed())
    co_return fail(ErrorKind::FailedPrecondition, "plugin_failed", instance_->name() + ": " + instance_->failure());
  auto running = std::make_shared<Running>(loop, instance_);
  running->call.context = std::move(context);
  running->tool = std::move(tool);
  running->arguments_json = std::move(arguments_json);
  if (!pool_->enqueue([this, running] { work(running); })) {
    co_return fail(ErrorKind::Unavailable, "overloaded",
                   instance_->name() + ": too many calls wait for a thread; try again");
  }
  struct Timers {
    base::Loop& loop;
    base::Loop::TimerId deadline{0, 0};
    base::Loop::TimerId grace{0, 0};
    ~Timers() {
      loop.cancel(deadline);
      loop.cancel(grace);
    }
  } timers{loop};
  const auto give_up = [this, running, &timers](ErrorKind kind, const char* code, const char* why) {
    interrupt(running);
    timers.loop.cancel(timers.grace);
    timers.grace = timers.loop.call_after(kGraceUs, [this, running, kind, code, why] {
      write_off(running);
      running->done.complete(fail(kind, code, why));
    });
  };
  timers.deadline = loop.call_at(running->call.context.deadline_us, [give_up] {
    give_up(ErrorKind::Deadline, "deadline", "the tool took longer than it may");
  });
  const auto registration =
      cancel.on_cancel([give_up] { give_up(ErrorKind::Cancelled, "cancelled", "the call was cancelled"); });
  auto result = co_await running->done;
  co_return result;
}

void SkillAdapter::work(const std::shared_ptr<Running>& running) const {
  {
    const std::lock_guard lock(running->mutex);
    if (running->call.cancelled) {
      running->done.complete(fail(ErrorKind::Cancelled, "cancelled", "the call was cancelled before it began"));
      return;
    }
    running->inside = true;
    running->thread = std::this_thread::get_id();
  }
  platos_error_t error;
  ToolOutput output(running->instance->logger(), running->instance->name());
  std::optional<std::string> broken;
  const auto slice = [](const std::string& text) { return platos_slice_t{text.data(), text.size()}; };
  const auto status = call_plugin(
      [&] {
        return table_->invoke(running->instance->handle(), &running->call, slice(running->tool),
                              slice(running->arguments_json), output.sink(), &error);
      },
      [&](const char* what) { broken = what; });
  {
    const std::lock_guard lock(running->mutex);
    running->inside = false;
  }
  if (broken) {
    running->instance->fail_for_good(*broken);
    running->done.complete(breach(running->instance->name(), *broken));
    return;
  }
  auto result = output.take();
  if (result && status != PLATOS_OK) result = fail(tool_error(status, error, running->instance->name()));
  running->done.complete(std::move(result));
}

void SkillAdapter::interrupt(const std::shared_ptr<Running>& running) const {
  running->call.cancelled = true;
  const std::lock_guard lock(running->mutex);
  if (running->inside && table_->interrupt != nullptr) table_->interrupt(instance_->handle(), &running->call);
}

void SkillAdapter::write_off(const std::shared_ptr<Running>& running) {
  std::thread::id thread;
  {
    const std::lock_guard lock(running->mutex);
    if (!running->inside) return;
    thread = running->thread;
  }
  instance_->fail_for_good("a call of " + running->tool + " did not return two seconds after it was given up");
  pool_->write_off(thread);
}

}  // namespace platos::extension
