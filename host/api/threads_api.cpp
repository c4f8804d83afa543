// Threads and their messages.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/paging.hpp"
#include "api/responses.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

store::ThreadFilter::Archived archived_filter(const std::string& text) {
  if (text == "only") return store::ThreadFilter::Archived::Only;
  if (text == "true" || text == "1") return store::ThreadFilter::Archived::Included;
  return store::ThreadFilter::Archived::Hidden;
}

bool is_state(const std::string& text) {
  return text.empty() || text == "active" || text == "completed" || text == "archived";
}

bool is_yes(const std::string& text) { return text == "true" || text == "1"; }

struct ThreadHandlers {
  Services services;
  ApiOptions options;

  static Response answer(const Call& call, int status, const Result<model::Thread>& thread) {
    if (!thread) return error_response(thread.error(), call.request.request_id);
    return json_response(status, to_wire(*thread, call.who.scope));
  }

  Task<Response> create(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto agent = model::optional_text(*body, "agentId");
    const auto title = model::optional_text(*body, "title");
    if (!agent) co_return error_response(agent.error(), call.request.request_id);
    if (!title) co_return error_response(title.error(), call.request.request_id);
    co_return answer(
        call, 201,
        co_await services.threads.create(call.loop(), call.who, agent->value_or("default"), title->value_or(""),
                                         std::string(call.request.header("idempotency-key"))));
  }

  Task<Response> list(Call call) const {
    store::ThreadFilter filter;
    const auto limit = query_number(call, "limit", 20, 1, 200);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    if (!offset) co_return error_response(offset.error(), call.request.request_id);
    filter.user_id = call.who.user_id;
    filter.agent_id = call.who.agent_id.empty() ? call.query_value("agentId") : call.who.agent_id;
    filter.archived = archived_filter(call.query_value("archived"));
    filter.state = call.query_value("status");
    if (!is_state(filter.state)) {
      co_return error_response(
          model::invalid_field("status", "active, completed or archived", "\"" + base::printable(filter.state) + "\""),
          call.request.request_id);
    }
    if (filter.state == "archived") filter.archived = store::ThreadFilter::Archived::Only;
    filter.pinned_only = is_yes(call.query_value("pinned"));
    filter.tag = base::to_lower(base::trim(call.query_value("tag")));
    filter.all_users = is_yes(call.query_value("allUsers"));
    if (filter.all_users && !call.who.may(kAdmin)) {
      co_return error_response({ErrorKind::PermissionDenied,
                                "forbidden",
                                "allUsers: only administrators see the threads of other users",
                                false,
                                0,
                                {}},
                               call.request.request_id);
    }
    filter.limit = *limit;
    filter.offset = *offset;
    const auto page = co_await services.threads.list(call.loop(), call.who.scope, filter);
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& thread : page->threads) rows.push_back(to_wire(thread, call.who.scope));
    co_return json_response(200, {{"threads", std::move(rows)}, {"total", page->total}});
  }

  Task<Response> get(Call call) const {
    const auto thread = co_await services.threads.find(call.loop(), call.who, call.path_value("id"));
    co_return answer(call, 200, thread);
  }

  Task<Response> update(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto title = model::optional_text(*body, "title");
    if (!title) co_return error_response(title.error(), call.request.request_id);
    agent::ThreadPatch patch;
    patch.title = *title;
    const auto thread = co_await services.threads.update(call.loop(), call.who, call.path_value("id"), patch);
    if (thread && *title) services.rooms.publish(thread->id, "thread.renamed", {{"title", thread->title}});
    co_return answer(call, 200, thread);
  }

  Task<Response> set_archived(Call call, bool archived) const {
    agent::ThreadPatch patch;
    patch.archived = archived;
    const auto thread = co_await services.threads.update(call.loop(), call.who, call.path_value("id"), patch);
    if (thread) services.rooms.publish(thread->id, archived ? "thread.archived" : "thread.unarchived", Json::object());
    co_return answer(call, 200, thread);
  }

  Task<Response> set_tags(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto tags = optional_texts(*body, "tags");
    if (!tags) co_return error_response(tags.error(), call.request.request_id);
    agent::ThreadPatch patch;
    patch.tags = *tags;
    if (!patch.tags) {
      co_return error_response(model::invalid_field("tags", "a list of texts", "nothing"), call.request.request_id);
    }
    co_return answer(call, 200,
                     co_await services.threads.update(call.loop(), call.who, call.path_value("id"), std::move(patch)));
  }

  Task<Response> set_pinned(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto pinned = model::optional_bool(*body, "pinned");
    if (!pinned) co_return error_response(pinned.error(), call.request.request_id);
    agent::ThreadPatch patch;
    patch.pinned = *pinned;
    patch.toggle_pin = !pinned->has_value();
    co_return answer(call, 200,
                     co_await services.threads.update(call.loop(), call.who, call.path_value("id"), std::move(patch)));
  }
  Task<Response> archive(Call call) const { return set_archived(std::move(call), true); }
  Task<Response> unarchive(Call call) const { return set_archived(std::move(call), false); }

  // None is made yet.
  Task<Response> artifacts(Call call) const {
    const auto thread = co_await services.threads.find(call.loop(), call.who, call.path_value("id"));
    if (!thread) co_return error_response(thread.error(), call.request.request_id);
    co_return json_response(200, {{"artifacts", Json::array()}, {"total", 0}});
  }

  Task<Response> messages(Call call) const {
    const auto limit = query_number(call, "limit", 50, 1, 500);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    if (!offset) co_return error_response(offset.error(), call.request.request_id);
    const auto page = co_await services.threads.messages(call.loop(), call.who, call.path_value("id"), *limit, *offset);
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& message : page->messages) rows.push_back(to_wire(message));
    co_return json_response(200, {{"messages", std::move(rows)}, {"total", page->total}});
  }
};

}  // namespace

std::vector<Route> thread_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const ThreadHandlers>(ThreadHandlers{services, options});
  const auto to = [handlers](Task<Response> (ThreadHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"POST", "/api/v1/agent/threads", kChat, once(services.replays, to(&ThreadHandlers::create)), "Create a thread"},
      {"GET", "/api/v1/agent/threads", kChat | kRead, to(&ThreadHandlers::list),
       "List threads: pinned ones first, then those used last"},
      {"GET", "/api/v1/agent/threads/{id}", kChat | kRead, to(&ThreadHandlers::get), "Get a thread"},
      {"PATCH", "/api/v1/agent/threads/{id}", kChat, to(&ThreadHandlers::update), "Rename a thread"},
      {"PATCH", "/api/v1/agent/threads/{id}/rename", kChat, to(&ThreadHandlers::update), "Rename a thread"},
      {"POST", "/api/v1/agent/threads/{id}/tags", kChat, to(&ThreadHandlers::set_tags), "Replace a thread's tags"},
      {"POST", "/api/v1/agent/threads/{id}/pin", kChat, once(services.replays, to(&ThreadHandlers::set_pinned)),
       "Pin a thread, or with {\"pinned\": false} release it; without a body the other of the two"},
      {"DELETE", "/api/v1/agent/threads/{id}", kChat, to(&ThreadHandlers::archive), "Archive a thread"},
      {"POST", "/api/v1/agent/threads/{id}/archive", kChat, to(&ThreadHandlers::archive), "Archive a thread"},
      {"POST", "/api/v1/agent/threads/{id}/unarchive", kChat, to(&ThreadHandlers::unarchive), "Bring a thread back"},
      {"GET", "/api/v1/agent/threads/{id}/artifacts", kChat | kRead, to(&ThreadHandlers::artifacts),
       "List a thread's artifacts"},
      {"GET", "/api/v1/agent/threads/{id}/messages", kChat | kRead, to(&ThreadHandlers::messages),
       "List messages, oldest first"},
  };
}

}  // namespace platos::api
