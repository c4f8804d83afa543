#include "cli/administration_table.hpp"

namespace platos::cli {
namespace {

constexpr const char* kProviders = "/api/v1/agent/providers";
constexpr Value kProvider = {"PROVIDER", "provider", "Name of the instance, such as openai"};
constexpr Value kKeyId = {"ID", "id", "Id of the key"};

std::vector<AdminCommand> switching() {
  return {{"providers",
           "enable",
           "Let agents use a provider",
           "platos providers enable groq",
           "PATCH",
           "/api/v1/agent/providers/{provider}",
           {kProvider},
           nullptr,
           {},
           R"({"enabled":true})"},
          {"providers",
           "disable",
           "Keep agents from a provider",
           "platos providers disable groq",
           "PATCH",
           "/api/v1/agent/providers/{provider}",
           {kProvider},
           nullptr,
           {},
           R"({"enabled":false})"},
          {"providers",
           "link",
           "Note that the environment uses a provider",
           "platos providers link groq",
           "POST",
           "/api/v1/agent/providers/{provider}/link",
           {kProvider}},
          {"providers",
           "unlink",
           "Note that it no longer does",
           "platos providers unlink groq",
           "DELETE",
           "/api/v1/agent/providers/{provider}/link",
           {kProvider}},
          {"providers",
           "test",
           "Ask a provider for one token",
           "platos providers test openai",
           "GET",
           "/api/v1/agent/providers/{provider}/health",
           {kProvider}}};
}

std::vector<AdminCommand> keys() {
  return {{"providers",
           "keys",
           "List provider keys",
           "platos providers keys",
           "GET",
           "/api/v1/agent/providers/keys",
           {},
           "keys",
           {{"PROVIDER", "provider"},
            {"LABEL", "label"},
            {"VARIABLE", "envVarName"},
            {"SET", "envVarSet"},
            {"DEFAULT", "isDefault"},
            {"USED", "lastUsedAt"},
            {"ID", "id"}}},
          {"providers",
           "add-key",
           "Add a provider key; its content comes from standard input",
           "platos providers add-key openai --label main --variable OPENAI_API_KEY --value - < key.txt",
           "POST",
           "/api/v1/agent/providers/keys",
           {{"PROVIDER", "provider", "Name of the instance, such as openai"},
            {"--label", "label", "Name for people"},
            {"--variable", "envVarName", "Variable of the environment that holds the key"},
            {"--value", "value", "\"-\": the content is the first line of standard input", "", false, true}}},
          {"providers",
           "default-key",
           "Make a key the default of its provider",
           "platos providers default-key pky_01J",
           "PATCH",
           "/api/v1/agent/providers/keys/{id}",
           {kKeyId},
           nullptr,
           {},
           R"({"isDefault":true})"},
          {"providers",
           "remove-key",
           "Forget a provider key; its variable stays",
           "platos providers remove-key pky_01J",
           "DELETE",
           "/api/v1/agent/providers/keys/{id}",
           {kKeyId}}};
}

}  // namespace

const std::vector<AdminCommand>& provider_commands() {
  static const std::vector<AdminCommand> commands = [] {
    std::vector<AdminCommand> all = {
        {"providers",
         "list",
         "List model providers",
         "platos providers list",
         "GET",
         kProviders,
         {},
         "providers",
         {{"ID", "id"}, {"NAME", "displayName"}, {"READY", "envReady"}, {"ENABLED", "enabled"}, {"LINKED", "linked"}}},
        {"providers",
         "check",
         "Which agents cannot run, and why",
         "platos providers check",
         "GET",
         "/api/v1/agent/providers/checklist",
         {},
         "agents",
         {{"AGENT", "slug"}, {"MODEL", "model"}, {"CAN RUN", "canRun"}, {"REASON", "reason"}}},
        {"models",
         "list",
         "List models; dollars are for a million tokens, where the price is known",
         "platos models list",
         "GET",
         "/api/v1/agent/models",
         {},
         "models",
         {{"MODEL", "id"},
          {"AVAILABLE", "available"},
          {"CONTEXT", "contextTokens"},
          {"PRICE KNOWN", "costKnown"},
          {"DOLLARS IN", "usdPerMillion.input"},
          {"DOLLARS OUT", "usdPerMillion.output"}}}};
    for (auto* part : {&switching, &keys}) {
      for (auto& command : part()) all.push_back(std::move(command));
    }
    return all;
  }();
  return commands;
}

}  // namespace platos::cli
