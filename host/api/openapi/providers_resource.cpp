// Model providers, their keys, and models.
#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json variables() { return list_of(object({{"name", text()}, {"set", boolean()}})); }

Json provider_row() {
  return object({{"id", described(text(), "Name of the instance: what stands before the colon of a model")},
                 {"displayName", text()},
                 {"description", text()},
                 {"requiredEnv", variables()},
                 {"optionalEnv", variables()},
                 {"envReady", described(boolean(), "A call would find its keys")},
                 {"enabled", boolean()},
                 {"linked", boolean()},
                 {"linkedAt", or_null(time())},
                 {"problem", or_null(text())},
                 {"models", list_of(text())}});
}

Json key_row() {
  return object({{"id", text()},
                 {"provider", text()},
                 {"label", text()},
                 {"envVarName", text()},
                 {"isDefault", boolean()},
                 {"createdBy", text()},
                 {"createdAt", time()},
                 {"lastUsedAt", or_null(time())},
                 {"envVarSet", boolean()}});
}

Json health_row() {
  return object({{"provider", text()},
                 {"status", words({"healthy", "invalid_key", "error", "not_configured"})},
                 {"latencyMs", integer_from(0)},
                 {"model", or_null(text())},
                 {"error", or_null(text())},
                 {"code", or_null(text())},
                 {"requiredEnv", variables()}});
}

Json model_row() {
  return object({{"id", described(text(), "instance:model")},
                 {"provider", text()},
                 {"available", boolean()},
                 {"contextTokens", or_null(integer_from(1))},
                 {"maxOutputTokens", or_null(integer_from(1))},
                 {"costKnown", boolean()},
                 {"usdPerMillion", or_null(object({{"input", number()}, {"output", number()}}))}});
}

Json readiness_row() {
  return object({{"agentId", text()},
                 {"slug", text()},
                 {"name", text()},
                 {"model", text()},
                 {"canRun", boolean()},
                 {"code", or_null(text())},
                 {"reason", or_null(text())}});
}

Operation provider_operation(std::string_view route, std::string_view id) {
  return operation(route, id).gives(200, "The provider as it is now", ref("Provider"));
}

std::vector<Operation> key_operations() {
  return {operation("GET /api/v1/agent/providers/keys", "listProviderKeys")
              .gives(200, "All keys of the environment, without their content", listing("keys", ref("ProviderKey"))),
          operation("POST /api/v1/agent/providers/keys", "addProviderKey")
              .takes(object({{"provider", some_text()}, {"label", some_text()}, {"envVarName", some_text()}},
                            {{"value", or_null(text_up_to(16'384))}, {"isDefault", or_null(boolean())}}))
              .gives(201, "The key", ref("ProviderKey"))
              .fails({409}),
          operation("PATCH /api/v1/agent/providers/keys/{id}", "updateProviderKey")
              .takes(object({}, {{"label", or_null(text())}, {"isDefault", or_null(boolean())}}))
              .gives(200, "The key as it is now", ref("ProviderKey")),
          operation("DELETE /api/v1/agent/providers/keys/{id}", "removeProviderKey")
              .gives(200, "It is forgotten; its variable stays", object({{"deleted", boolean()}}))
              .fails({409})};
}

std::vector<Operation> provider_operations() {
  std::vector<Operation> all = {
      operation("GET /api/v1/agent/providers", "listProviders")
          .gives(200, "All providers", listing("providers", ref("Provider"))),
      operation("GET /api/v1/agent/providers/models", "listProviderModels")
          .gives(200, "Models by provider, of those that can be used",
                 list_of(object({{"provider", text()}, {"displayName", text()}, {"models", list_of(text())}}))),
      operation("GET /api/v1/agent/providers/checklist", "getProviderChecklist")
          .gives(200, "Providers, and which agents cannot run",
                 object({{"providers", list_of(ref("Provider"))}, {"agents", list_of(ref("AgentReadiness"))}})),
      operation("GET /api/v1/agent/providers/health", "checkProviders")
          .gives(200, "What each said", listing("providers", ref("ProviderHealth"))),
      provider_operation("GET /api/v1/agent/providers/{provider}", "getProvider"),
      provider_operation("PATCH /api/v1/agent/providers/{provider}", "updateProvider")
          .takes(object({{"enabled", boolean()}})),
      operation("GET /api/v1/agent/providers/{provider}/health", "checkProvider")
          .gives(200, "What it said; remembered for some minutes", ref("ProviderHealth")),
      provider_operation("POST /api/v1/agent/providers/{provider}/link", "linkProvider"),
      provider_operation("DELETE /api/v1/agent/providers/{provider}/link", "unlinkProvider")};
  for (auto& each : key_operations()) all.push_back(std::move(each));
  return all;
}

}  // namespace

Resource providers_resource() {
  return {"Providers",
          "Model providers of an environment, and its own keys for them.",
          {{"Provider", provider_row()},
           {"ProviderKey", key_row()},
           {"ProviderHealth", health_row()},
           {"AgentReadiness", readiness_row()}},
          provider_operations()};
}

Resource models_resource() {
  return {
      "Models",
      "Models that are known by name, and what they say side by side.",
      {{"Model", model_row()}},
      {operation("GET /api/v1/agent/models", "listModels").gives(200, "All models", listing("models", ref("Model"))),
       operation("POST /api/v1/agent/models/compare", "compareModels")
           .takes(object({{"prompt", some_text()},
                          {"models", {{"type", "array"}, {"items", some_text()}, {"minItems", 2}, {"maxItems", 4}}}},
                         {{"system", or_null(text())}}))
           .tells("Each event has `side`, the number of its model in the request.")
           .streams_events()}};
}

}  // namespace platos::api::openapi
