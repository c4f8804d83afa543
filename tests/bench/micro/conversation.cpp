#include "micro/conversation.hpp"

namespace platos::bench {

model::ChatRequest conversation(int messages) {
  model::ChatRequest request;
  request.model = "mock-r0-n16";
  request.system = "You answer questions in one sentence.";
  for (int i = 0; i < messages; ++i) {
    model::ChatMessage message;
    message.role = i % 2 == 0 ? model::Role::User : model::Role::Assistant;
    for (int token = 0; token < 16; ++token) message.text += "@0001700000000000@";
    request.messages.push_back(std::move(message));
  }
  model::Tool tool;
  tool.instance = "docs";
  tool.name = "search";
  tool.model_name = model::model_tool_name(tool.instance, tool.name);
  tool.description = "Searches the documentation.";
  tool.input_schema_json = R"({"type":"object","properties":{"query":{"type":"string"}},"required":["query"]})";
  request.tools.push_back(std::make_shared<const model::Tool>(std::move(tool)));
  return request;
}

}  // namespace platos::bench
