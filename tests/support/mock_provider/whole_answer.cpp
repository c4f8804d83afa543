#include "mock_provider/whole_answer.hpp"

namespace platos::tests::mock {
namespace {

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    default: return "Mock Status";
  }
}

}  // namespace

std::string response_head(int status, std::string_view content_type, const std::string& framing,
                          const AnswerContext& context) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head.append(reason_phrase(status)).append("\r\nContent-Type: ").append(content_type);
  head.append("\r\nCache-Control: no-cache\r\n").append(framing);
  if (context.request_number > 0) head += "\r\nx-request-id: req_mock" + std::to_string(context.request_number);
  if (!context.keep_alive) head += "\r\nConnection: close";
  return head + "\r\n\r\n";
}

WholeAnswer::WholeAnswer(const AnswerContext& context, std::int64_t due_ns, WholeContent content, Trouble trouble)
    : Answer(due_ns), context_(context), content_(std::move(content)), trouble_(trouble) {}

void WholeAnswer::step(std::string& out) {
  if (trouble_ == Trouble::Refused) {
    phase_ = AnswerPhase::Cut;
  } else if (trouble_ == Trouble::HeldAtStart && !released_) {
    phase_ = AnswerPhase::Held;
  } else if (!started_) {
    send_first_part(out);
  } else if (trouble_ == Trouble::HeldMidway && !released_) {
    phase_ = AnswerPhase::Held;
  } else if (trouble_ == Trouble::CutMidway) {
    phase_ = AnswerPhase::Cut;
  } else {
    out += rest_;
    phase_ = context_.keep_alive ? AnswerPhase::Done : AnswerPhase::Cut;
  }
}

void WholeAnswer::send_first_part(std::string& out) {
  rest_ = content_.body();
  const std::string framing = content_.more_headers + "Content-Length: " + std::to_string(rest_.size());
  out += response_head(content_.status, content_.content_type, framing, context_);
  const bool halved = trouble_ == Trouble::HeldMidway || trouble_ == Trouble::CutMidway;
  const std::size_t first = halved ? rest_.size() / 2 : rest_.size();
  out.append(rest_, 0, first);
  rest_.erase(0, first);
  started_ = true;
}

}  // namespace platos::tests::mock
