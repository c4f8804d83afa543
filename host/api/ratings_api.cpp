// Ratings of messages.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"
#include "store/ratings.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::size_t kMaxCommentBytes = 4000;

Json rating_to_wire(const store::Rating& rating) {
  return {{"messageId", rating.message_id},
          {"userId", rating.user_id},
          {"rating", rating.rating},
          {"comment", rating.comment.empty() ? Json() : Json(rating.comment)},
          {"createdAt", time_to_wire(rating.created_us)},
          {"updatedAt", time_to_wire(rating.updated_us)}};
}

Result<void> check_own(store::Ratings& ratings, const model::Principal& who, const std::string& message_id) {
  if (ratings.is_own_message(who.scope, who.user_id, message_id, who.agent_id)) return {};
  return fail(ErrorKind::NotFound, "message_not_found",
              "there is no message \"" + base::printable(message_id, 80) + "\"");
}

Result<store::Rating> read_rating(const Json& body) {
  const auto value = body.find("rating");
  const bool is_one = value != body.end() && value->is_number_integer() && (*value == 1 || *value == -1);
  if (!is_one) return fail(invalid_field("rating", "1 or -1", value == body.end() ? "nothing" : model::dump(*value)));
  const auto comment = optional_text(body, "comment");
  if (!comment) return fail(comment.error());
  store::Rating rating;
  rating.rating = value->get<std::int64_t>();
  rating.comment = comment->value_or("");
  if (rating.comment.size() > kMaxCommentBytes)
    return fail(invalid_field("comment", "at most 4000 bytes", std::to_string(rating.comment.size())));
  return rating;
}

struct Opinion {
  std::optional<store::Rating> own;
  store::RatingCounts counts;
};

struct RatingHandlers {
  Services services;
  ApiOptions options;

  Task<Response> put(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto rating = read_rating(*body);
    if (!rating) co_return error_response(rating.error(), call.request.request_id);
    rating->message_id = call.path_value("id");
    rating->user_id = call.who.user_id;
    rating->created_us = rating->updated_us = call.loop().clock().wall_us();
    const auto write = services.database.write(
        call.loop(), [who = call.who, rating = *rating](store::Session& session) -> Result<store::Rating> {
          store::Ratings ratings(session);
          if (auto own = check_own(ratings, who, rating.message_id); !own) return fail(own.error());
          ratings.put(who.scope, rating);
          return ratings.find(who.scope, rating.message_id, rating.user_id).value_or(rating);
        });
    const auto kept = co_await write;
    co_return answer_with(call, 201, kept, [](const store::Rating& each) {
      return Json{{"rating", rating_to_wire(each)}};
    });
  }

  Task<Response> remove(Call call) const {
    const auto write = services.database.write(
        call.loop(), [who = call.who, id = call.path_value("id")](store::Session& session) -> Result<bool> {
          store::Ratings ratings(session);
          if (auto own = check_own(ratings, who, id); !own) return fail(own.error());
          return ratings.remove(who.scope, id, who.user_id);
        });
    const auto removed = co_await write;
    co_return answer_with(call, 200, removed, [](bool was_there) { return Json{{"removed", was_there}}; });
  }

  Task<Response> get(Call call) const {
    const auto read = services.database.read(
        call.loop(), [who = call.who, id = call.path_value("id")](store::Session& session) -> Result<Opinion> {
          store::Ratings ratings(session);
          if (auto own = check_own(ratings, who, id); !own) return fail(own.error());
          return Opinion{ratings.find(who.scope, id, who.user_id), ratings.counts(who.scope, id)};
        });
    const auto opinion = co_await read;
    co_return answer_with(call, 200, opinion, [](const Opinion& found) {
      return Json{{"userRating", found.own ? rating_to_wire(*found.own) : Json()},
                  {"aggregate", {{"ups", found.counts.ups}, {"downs", found.counts.downs}}}};
    });
  }
};

}  // namespace

std::vector<Route> rating_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const RatingHandlers>(RatingHandlers{services, options});
  const auto to = [handlers](Task<Response> (RatingHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  constexpr std::string_view kRating = "/api/v1/agent/messages/{id}/rating";
  return {
      {"POST", kRating, kChat, to(&RatingHandlers::put), "Rate a message: 1 or -1, and a comment"},
      {"GET", kRating, kChat | kRead, to(&RatingHandlers::get),
       "The user's rating of a message, and how many there are"},
      {"DELETE", kRating, kChat, to(&RatingHandlers::remove), "Take a rating back"},
  };
}

}  // namespace platos::api
