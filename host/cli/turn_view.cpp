#include "cli/turn_view.hpp"

#include <nlohmann/json.hpp>

#include "cli/output.hpp"

namespace platos::cli {
namespace {
constexpr std::size_t kMaxNoteColumns = 200;
}

void TurnView::on_event(const Json& event) {
  const std::string type = text_of(event, "type");
  if (type == "meta") {
    thread_id_ = text_of(event, "thread_id");
    agent_id_ = text_of(event, "agent_id");
    run_id_ = text_of(event, "run_id");
  } else if (type == "token") {
    show_text(event);
  } else if (type == "thinking") {
    show_thinking(event);
  } else if (type == "tool_call") {
    show_call(event);
  } else if (type == "tool_result") {
    show_result(event);
  } else if (type == "message_boundary") {
    show_boundary(event);
  } else if (type == "error") {
    error_code_ = text_of(event, "code");
    error_message_ = text_of(event, "message");
    if (error_message_.empty()) error_message_ = "the turn failed";
  } else if (type == "done") {
    stopped_ = event.value("stopped", false);
    if (stopped_) note("[stopped]");
  }
}

void TurnView::show_text(const Json& event) {
  const std::string text = text_of(event, "text");
  pieces_.emplace_back(event.value("_seq", std::int64_t{0}), text);
  if (in_thinking_) new_line();
  write(options_.terminal.out ? safe_.clean(text) : text);
}

void TurnView::show_thinking(const Json& event) {
  if (!options_.thinking || options_.quiet) return;
  const std::string text = safe_thinking_.clean(text_of(event, "text"));
  if (!options_.terminal.out) {
    std::fputs(text.c_str(), stderr);
    return;
  }
  if (!in_thinking_) new_line();
  write(dim(text, options_.terminal.colours));
  in_thinking_ = in_line_;
}

void TurnView::show_call(const Json& event) {
  const auto params = event.find("params");
  const std::string given =
      params == event.end() ? "" : " " + params->dump(-1, ' ', false, Json::error_handler_t::replace);
  note("[" + text_of(event, "name") + given + "]");
}

void TurnView::show_result(const Json& event) {
  if (!event.value("isError", false)) return;
  note("[" + text_of(event, "name") + " failed: " + text_of(event, "code") + "]");
}

void TurnView::show_boundary(const Json& event) {
  const std::int64_t from = event.value("discardFrom", std::int64_t{0});
  if (from == 0) {
    pieces_.emplace_back(event.value("_seq", std::int64_t{0}), "\n\n");
    new_line();
    write("\n");
    return;
  }
  std::erase_if(pieces_, [from](const auto& piece) { return piece.first >= from; });
  safe_ = SafeText();
  error_message_.clear();
  note("[starting over]");
}

void TurnView::on_connection_lost() { note("[the connection was lost: resuming]"); }

void TurnView::note(const std::string& line) {
  if (options_.quiet) return;
  new_line();
  const bool out = options_.terminal.out;
  const std::size_t columns = options_.terminal.width > 0 ? options_.terminal.width : kMaxNoteColumns;
  std::string text = safe_line(line);
  if (columns_of(text) > columns) text = cut_to_columns(text, columns - 1) + "]";
  std::fputs((dim(text, out && options_.terminal.colours) + "\n").c_str(), out ? stdout : stderr);
  std::fflush(out ? stdout : stderr);
}

void TurnView::write(const std::string& text) {
  if (options_.quiet || text.empty()) return;
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  in_line_ = text.back() != '\n';
}

void TurnView::new_line() {
  if (in_line_) write("\n");
  in_line_ = false;
  in_thinking_ = false;
}

void TurnView::finish() { new_line(); }

Json TurnView::summary() const {
  std::string text;
  for (const auto& piece : pieces_) text += piece.second;
  Json json = {{"runId", run_id_},
               {"threadId", thread_id_},
               {"agentId", agent_id_},
               {"status", stopped_   ? "canceled"
                          : failed() ? "failed"
                                     : "completed"},
               {"text", text}};
  if (failed()) json["error"] = {{"code", error_code_}, {"message", error_message_}};
  return json;
}

}  // namespace platos::cli
