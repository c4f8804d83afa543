#include "ingress/engine_io/server.hpp"

#include "base/json_text.hpp"
#include "base/text.hpp"

namespace platos::ingress {
namespace {

constexpr std::size_t kIdBytes = 16;

// Numbers and words of engine.io, which its clients show to people.
enum class Refusal {
  UnknownTransport = 0,
  UnknownSession = 1,
  BadMethod = 2,
  BadRequest = 3,
  Forbidden = 4,
  Version = 5
};

std::string_view word_of(Refusal refusal) {
  switch (refusal) {
    case Refusal::UnknownTransport: return "Transport unknown";
    case Refusal::UnknownSession: return "Session ID unknown";
    case Refusal::BadMethod: return "Bad handshake method";
    case Refusal::Forbidden: return "Forbidden";
    case Refusal::Version: return "Unsupported protocol version";
    default: return "Bad request";
  }
}

Response refuse(Refusal refusal, int status = 400) {
  base::JsonObject body;
  body.number("code", static_cast<int>(refusal)).text("message", word_of(refusal));
  Response response;
  response.status = status;
  response.headers.emplace_back("Content-Type", "application/json");
  response.body = body.take();
  return response;
}

void on_loop_of(Session& session, std::function<void()> work) {
  if (session.loop().in_thread()) return work();
  session.loop().post(std::move(work));
}

Response text_response(std::string body) {
  Response response;
  response.headers = {{"Content-Type", "text/plain; charset=UTF-8"}, {"Cache-Control", "no-store"}};
  response.body = std::move(body);
  return response;
}

}  // namespace

EngineServer::~EngineServer() {
  for (const auto& [id, place] : sessions_) place.session->abandon();
}

void EngineServer::drain() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  for (const auto& [id, place] : sessions_) place.session->loop().post([session = place.session] { session->drain(); });
}

std::size_t EngineServer::sessions() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

std::shared_ptr<Session> EngineServer::find(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second.session;
}

EngineServer::Opened EngineServer::open(const Request& request, const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (draining_ || sessions_.size() >= options_.max_sessions) return tl::unexpected(503);
  if (const auto known = strangers_.find(address); known != strangers_.end() && known->second >= options_.max_strangers)
    return tl::unexpected(429);
  auto session = std::make_shared<Session>(base::random_hex(kIdBytes), *request.loop, options_, request,
                                           Session::Notes{[this](const std::string& id) { note_known(id); },
                                                          [this](const std::string& id) { note_closed(id); }});
  if (!address.empty()) ++strangers_[address];
  sessions_.emplace(session->id(), Place{session, address});
  return session;
}

void EngineServer::note_known(const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = sessions_.find(id); found != sessions_.end()) count_no_more(found->second);
}

void EngineServer::note_closed(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  count_no_more(found->second);
  sessions_.erase(found);
}

void EngineServer::count_no_more(Place& place) {
  const auto counted = strangers_.find(std::exchange(place.address, {}));
  if (counted != strangers_.end() && --counted->second == 0) strangers_.erase(counted);
}

Task<Response> EngineServer::handle(Request request, std::map<std::string, std::string, std::less<>> query,
                                    std::string address) {
  const std::string transport = query["transport"];
  const std::string id = query["sid"];
  if (transport != "polling" && transport != "websocket") co_return refuse(Refusal::UnknownTransport);
  if (query["EIO"] != "4") co_return refuse(Refusal::Version);
  const bool over_socket = transport == "websocket";
  if (over_socket != wants_websocket(request)) co_return refuse(Refusal::BadRequest);
  std::shared_ptr<Session> session;
  if (!id.empty()) {
    session = find(id);
    if (!session) co_return refuse(Refusal::UnknownSession);
  }
  if (over_socket) co_return connect_socket(request, std::move(session), address);
  if (!session && request.method != "GET") co_return refuse(Refusal::BadMethod);
  if (!session) co_return begin_polling(request, address);
  if (request.method == "GET") co_return co_await poll(*request.loop, request.gone, std::move(session));
  co_return co_await post(std::move(request), std::move(session));
}

Response EngineServer::begin_polling(const Request& request, const std::string& address) {
  const auto opened = open(request, address);
  if (!opened) return refuse(Refusal::Forbidden, opened.error());
  const auto& session = *opened;
  session->start(make_app_(*session), nullptr);
  return text_response(session->open_packet(true));
}

Response EngineServer::connect_socket(const Request& request, std::shared_ptr<Session> session,
                                      const std::string& address) {
  if (!check_websocket_handshake(request)) return refuse(Refusal::BadRequest);
  const bool fresh = !session;
  if (fresh) {
    auto opened = open(request, address);
    if (!opened) return refuse(Refusal::Forbidden, opened.error());
    session = std::move(*opened);
  }
  const auto link = std::make_shared<SocketLink>(*request.loop, session->loop(), session);
  auto response = accept_websocket(request, link, options_.max_payload_bytes);
  if (fresh) {
    session->start(make_app_(*session), link);
  } else {
    on_loop_of(*session, [session, link] {
      if (!session->begin_upgrade(link)) link->close("this session has its WebSocket already");
    });
  }
  return response;
}

Task<Response> EngineServer::poll(base::Loop& loop, base::CancelToken gone, std::shared_ptr<Session> session) {
  // Packets that were given to a poll whose connection broke are lost, so the session ends with it, and before it can
  // be given any.
  struct Poll {
    std::weak_ptr<Session> session;
    bool answered = false;
    void break_off() const {
      const auto there = session.lock();
      if (there && !answered) on_loop_of(*there, [there] { there->break_off(); });
    }
    ~Poll() { break_off(); }
  };
  Poll under_way{session};
  const auto listening = gone.on_cancel([&under_way] { under_way.break_off(); });
  base::Completion<Session::PollAnswer> done(loop);
  on_loop_of(*session, [session, done] { session->poll(done); });
  auto body = co_await done;
  under_way.answered = true;
  if (!body) co_return refuse(Refusal::BadRequest);
  co_return text_response(std::move(*body));
}

Task<Response> EngineServer::post(Request request, std::shared_ptr<Session> session) {
  if (request.body.size() > options_.max_payload_bytes) co_return refuse(Refusal::BadRequest, 413);
  base::Completion<bool> done(*request.loop);
  const auto give = [session, done, body = std::move(request.body)] {
    done.complete(base::is_valid_utf8(body) && session->take_body(body));
  };
  on_loop_of(*session, give);
  if (!co_await done) co_return refuse(Refusal::BadRequest);
  co_return text_response("ok");
}

}  // namespace platos::ingress
