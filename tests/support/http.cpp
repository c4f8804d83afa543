#include "support/http.hpp"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <stdexcept>

#include "support/text.hpp"

namespace platos::tests {
namespace {

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

struct Receiving {
  Answer answer;
  const std::function<bool(const Event&)>* on_event = nullptr;
  std::size_t seen = 0;  // bytes of the body whose events were told
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) {
  const std::string line(data, size * count);
  const auto colon = line.find(':');
  if (colon != std::string::npos) {
    std::string value = line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    value.erase(value.find_last_not_of("\r\n") + 1);
    static_cast<Receiving*>(self)->answer.headers[lower(line.substr(0, colon))] = value;
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& receiving = *static_cast<Receiving*>(self);
  receiving.answer.body.append(data, size * count);
  if (receiving.on_event == nullptr || !*receiving.on_event) return size * count;
  const auto end = receiving.answer.body.rfind("\n\n");
  if (end == std::string::npos || end + 2 <= receiving.seen) return size * count;
  const auto fresh = events_of(receiving.answer.body.substr(receiving.seen, end + 2 - receiving.seen));
  receiving.seen = end + 2;
  for (const auto& event : fresh) {
    if (!(*receiving.on_event)(event)) return 0;
  }
  return size * count;
}

int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }

}  // namespace

Answer ask(const Daemon& daemon, const Ask& question) {
  Receiving receiving;
  receiving.on_event = &question.on_event;
  CURL* easy = curl_easy_init();
  curl_slist* headers = nullptr;
  bool has_key = false;
  for (const auto& header : question.headers) {
    headers = curl_slist_append(headers, header.c_str());
    has_key = has_key || lower(header).starts_with("authorization:");
  }
  if (!has_key) headers = curl_slist_append(headers, ("Authorization: Bearer " + daemon.key()).c_str());
  const std::string url = (question.url.empty() ? daemon.url() : question.url) + question.path;
  curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  if (!question.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, question.ca_file.c_str());
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, question.timeout_ms);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &receiving);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &receiving);
  if (!question.body.empty() || question.method == "POST" || question.method == "PATCH") {
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, question.body.data());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(question.body.size()));
  }
  if (!question.method.empty()) curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, question.method.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_perform(easy);
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &receiving.answer.status);
  curl_slist_free_all(headers);
  curl_easy_cleanup(easy);
  return receiving.answer;
}

Answer get(const Daemon& daemon, const std::string& path) {
  Ask question;
  question.path = path;
  return ask(daemon, question);
}

Answer post(const Daemon& daemon, const std::string& path, const Json& body) {
  Ask question;
  question.method = "POST";
  question.path = path;
  question.body = body.dump();
  return ask(daemon, question);
}

Ask streamed_turn(const std::string& agent, const Json& body) {
  Ask question;
  question.path = "/api/v1/agent/agents/" + agent + "/chat/stream";
  question.body = body.dump();
  return question;
}

std::vector<Event> events_of(const std::string& body) {
  std::vector<Event> events;
  std::size_t at = 0;
  while (at < body.size()) {
    auto end = body.find("\n\n", at);
    if (end == std::string::npos) break;
    Event event;
    bool has_data = false;
    std::size_t line_at = at;
    while (line_at < end) {
      const auto line_end = std::min(body.find('\n', line_at), end);
      const std::string line = body.substr(line_at, line_end - line_at);
      if (line.starts_with("id: ")) event.id = std::stoll(line.substr(4));
      if (line.starts_with("data: ")) {
        event.data = Json::parse(line.substr(6));
        has_data = true;
      }
      line_at = line_end + 1;
    }
    if (has_data) events.push_back(std::move(event));
    at = end + 2;
  }
  return events;
}

Json event_of(const std::vector<Event>& events, const std::string& type) {
  for (const auto& event : events) {
    if (event.type() == type) return event.data;
  }
  return nullptr;
}

std::vector<Event> transcript(std::vector<Event> events) {
  std::vector<Event> kept;
  for (auto& event : events) {
    if (event.type() == "message_boundary" && event.data.contains("discardFrom")) {
      const std::int64_t from = event.data["discardFrom"];
      std::erase_if(kept, [from](const Event& each) { return each.id >= from; });
    } else {
      kept.push_back(std::move(event));
    }
  }
  return kept;
}

std::string text_of(const std::vector<Event>& events) {
  std::string text;
  for (const auto& event : events) {
    if (event.type() == "token") text += event.data.value("text", "");
  }
  return text;
}

std::string shape_of(const std::vector<Event>& events) {
  std::vector<std::string> types;
  for (const auto& event : events) types.push_back(event.type());
  return run_lengths(types);
}

std::string spelled_call(const std::string& tool, const Json& arguments) {
  return Json({{"tool", tool}, {"arguments", arguments}}).dump();
}

Json call_tool(const Daemon& daemon, const std::string& agent, const std::string& tool, const Json& arguments) {
  const Ask turn = streamed_turn(agent, {{"message", spelled_call(tool, arguments)}});
  return event_of(events_of(ask(daemon, turn).body), "tool_result");
}

std::string make_agent(const Daemon& daemon, const std::string& model, const std::vector<std::string>& skills,
                       const Json& more) {
  Json body = {{"name", "Test agent"}, {"model", model}, {"skills", skills}};
  body.update(more);
  const Answer answer = post(daemon, "/api/v1/agent/agents", body);
  if (answer.status != 201) throw std::runtime_error("no agent: " + answer.body);
  return answer.json()["id"];
}

std::string make_thread(const Daemon& daemon, const std::string& agent_id) {
  const Answer answer = post(daemon, "/api/v1/agent/threads", {{"agentId", agent_id}});
  if (answer.status != 201) throw std::runtime_error("no thread: " + answer.body);
  return answer.json()["id"];
}

RawConnection::RawConnection(const std::string& url) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port_of(url)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("connect failed");
}

RawConnection::~RawConnection() { ::close(fd_); }

void RawConnection::send(const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t size = ::send(fd_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) return;
    sent += static_cast<std::size_t>(size);
  }
}

std::string RawConnection::read_until(const std::string& marker, int timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  while (marker.empty() || received_.find(marker) == std::string::npos) {
    if (receive(until) != Received::Bytes) break;
  }
  return received_;
}

bool RawConnection::wait_closed(int timeout_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  Received got = Received::Bytes;
  while (got == Received::Bytes) got = receive(until);
  return got == Received::End;
}

RawConnection::Received RawConnection::receive(std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
  pollfd event{fd_, POLLIN, 0};
  if (left <= 0 || ::poll(&event, 1, static_cast<int>(left)) <= 0) return Received::Nothing;
  char buffer[16 * 1024];
  const ssize_t size = ::recv(fd_, buffer, sizeof buffer, 0);
  if (size <= 0) return Received::End;
  received_.append(buffer, static_cast<std::size_t>(size));
  return Received::Bytes;
}

}  // namespace platos::tests
