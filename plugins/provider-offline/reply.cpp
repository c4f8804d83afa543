#include "reply.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "answer.hpp"
#include "common/characters.hpp"
#include "platos/cpp/json_writer.hpp"
#include "search_output.hpp"
#include "shorten.hpp"
#include "skill-docs/words.hpp"

namespace platos::provider_offline {
namespace {

constexpr std::size_t kQuestionCharacterLimit = 500;  // the docs skill takes no longer query
constexpr std::size_t kErrorTextBytes = 600;
constexpr std::string_view kPreferredTool = "docs__search";
constexpr std::string_view kSearchSuffix = "__search";

// Both in the form that words_of() gives them. A greeting may name its addressee; a question about Platos is none.
constexpr std::array<std::string_view, 19> kGreetingWords = {
    "afternoon", "bye", "day",  "evening", "good",    "goodbye", "greeting", "hallo",   "hello", "help",
    "hey",       "hi",  "hiya", "howdy",   "morning", "night",   "thank",    "welcome", "yo"};
constexpr std::array<std::string_view, 5> kAddressees = {"assistant", "everybody", "everyone", "plato", "world"};

constexpr std::string_view kIntroduction =
    "Hello! I am the offline assistant of Platos. I need no key and no network: I answer questions about Platos from "
    "the "
    "documentation that is shipped with it. Ask me, for example, \"How do I cancel a run?\"\n\n"
    "To talk to a real model, set `OPENAI_API_KEY` and give your agent the model `openai:<name>`. For a local Ollama, "
    "set `OPENAI_BASE_URL` to its address, such as `http://127.0.0.1:11434/v1`, and use `openai:<name>` as well.";

constexpr std::string_view kNoSearch =
    "I am the offline assistant of Platos, and I can only answer with the docs skill, which I may not use here. Add "
    "the "
    "skill `docs` to this agent and allow it to call tools. For a real model, set `OPENAI_API_KEY` and give the agent "
    "the model `openai:<name>`.";

constexpr std::string_view kNothingFound =
    "I found nothing about that in the documentation of Platos. You can ask me about:\n\n"
    "- installing, starting and configuring Platos\n"
    "- agents, models and providers\n"
    "- threads, runs and their events\n"
    "- tools, skills, approvals and memory\n"
    "- plugins and the SDK\n"
    "- the HTTP API and the command line\n\n"
    "Other words for the same thing often help: I compare words, not meanings.";

constexpr std::string_view kNotUnderstood =
    "The search answered in a form that I cannot read, so I cannot tell whether the documentation says something about "
    "that. I read the results of the docs skill: JSON with a list `results`, or plain text.";

bool is_greeting(std::string_view word) {
  return std::find(kGreetingWords.begin(), kGreetingWords.end(), word) != kGreetingWords.end();
}

bool is_polite(std::string_view word) {
  return is_greeting(word) || std::find(kAddressees.begin(), kAddressees.end(), word) != kAddressees.end();
}

// True for greetings, and for what holds no word that says anything, such as "Who are you?".
bool has_nothing_to_look_up(std::string_view question) {
  const std::vector<std::string> words = skill_docs::words_of(question);
  return words.empty() ||
         (std::all_of(words.begin(), words.end(), is_polite) && std::any_of(words.begin(), words.end(), is_greeting));
}

std::string_view short_question(const ChatRequest& request) {
  return plugin_common::first_characters(request.question, kQuestionCharacterLimit);
}

// The search tool to call, or nothing.
std::string_view choose_tool(const ChatRequest& request) {
  const bool is_free =
      request.tool_choice.empty() || request.tool_choice == "auto" || request.tool_choice == "required";
  std::string_view chosen;
  for (const std::string_view name : request.tool_names) {
    if (!name.ends_with(kSearchSuffix) || !(is_free || name == request.tool_choice)) continue;
    if (chosen.empty() || name == kPreferredTool) chosen = name;
  }
  return chosen;
}

ToolCall search_call(const ChatRequest& request, std::string_view tool) {
  std::string arguments;
  sdk::JsonWriter out(arguments);
  out.begin_object().key("query").value(short_question(request)).end_object();
  return {"call_" + std::to_string(request.earlier_tool_calls + 1), std::string(tool), arguments};
}

std::string answer_from(const ChatRequest& request) {
  SearchOutput all;
  std::string failure;
  for (const ToolResult& result : request.tool_results) {
    if (result.is_error) {
      failure = result.text;
      continue;
    }
    SearchOutput output = read_search_output(result.text);
    all.is_understood = all.is_understood || output.is_understood;
    std::move(output.results.begin(), output.results.end(), std::back_inserter(all.results));
  }
  // Several searches: the scores are comparable when they come from one tool, and equal ones keep their order.
  std::stable_sort(all.results.begin(), all.results.end(),
                   [](const SearchResult& a, const SearchResult& b) { return a.score > b.score; });
  if (!all.results.empty()) return compose_answer(short_question(request), all.results);
  if (all.is_understood) return std::string(kNothingFound);
  const bool has_failed =
      std::any_of(request.tool_results.begin(), request.tool_results.end(), [](const auto& r) { return r.is_error; });
  if (!has_failed) return std::string(kNotUnderstood);
  const std::string reason = shorten_text(plugin_common::trimmed(failure), kErrorTextBytes);
  return "The search of the documentation failed: " + (reason.empty() ? "the tool gave no reason." : reason);
}

}  // namespace

Reply plan_reply(const ChatRequest& request) {
  if (!request.tool_results.empty()) return {std::nullopt, answer_from(request)};
  if (has_nothing_to_look_up(request.question)) return {std::nullopt, std::string(kIntroduction)};
  const std::string_view tool = choose_tool(request);
  if (tool.empty()) return {std::nullopt, std::string(kNoSearch)};
  return {search_call(request, tool), ""};
}

}  // namespace platos::provider_offline
