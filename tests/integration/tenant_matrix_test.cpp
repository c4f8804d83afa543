// Every route for every kind of principal: own, of another environment, project or organization, revoked, expired,
// bound to another agent, and nobody. A route without a row here fails the test.
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <set>

#include "integration/tenant_world.hpp"

namespace platos::tests {
namespace {

struct Row {
  const char* route;
  unsigned rights;  ///< of which one is enough
  Of of;
  const char* path;      ///< with own ids
  const char* harmless;  ///< for those who may: null: `path`
  const char* body;      ///< null: none; '#' becomes a number
  long ok;
};

constexpr Row kRows[] = {
    {"GET /api/health", kNobody, Of::Nobody, "/api/health", nullptr, nullptr, 200},
    {"GET /api/health/live", kNobody, Of::Nobody, "/api/health/live", nullptr, nullptr, 200},
    {"GET /api/health/ready", kNobody, Of::Nobody, "/api/health/ready", nullptr, nullptr, 200},
    {"GET /openapi", kNobody, Of::Nobody, "/openapi", nullptr, nullptr, 200},
    {"GET /openapi.json", kNobody, Of::Nobody, "/openapi.json", nullptr, nullptr, 200},
    {"GET /api/v1/agent/openapi.json", kNobody, Of::Nobody, "/api/v1/agent/openapi.json", nullptr, nullptr, 200},
    {"GET /metrics", kNobody, Of::Nobody, "/metrics", nullptr, nullptr, 200},
    // Credentials come with a namespace; sockets have a matrix of their own.
    {"GET /socket.io/", kNobody, Of::Nobody, "/socket.io/?EIO=4&transport=polling", nullptr, nullptr, 200},
    {"POST /socket.io/", kNobody, Of::Nobody, "/socket.io/?EIO=4&transport=polling", nullptr, "{}", 400},
    // No upgrades; entities_test asks with good and bad secrets.
    {"GET /ws/sdk", kNobody, Of::Nobody, "/ws/sdk", nullptr, nullptr, 400},
    {"GET /tools/sync", kNobody, Of::Nobody, "/tools/sync", nullptr, nullptr, 400},
    {"GET /tools/sync/ws/sdk", kNobody, Of::Nobody, "/tools/sync/ws/sdk", nullptr, nullptr, 400},
    {"GET /api/v1/routes", kChat | kRead, Of::Everybody, "/api/v1/routes", nullptr, nullptr, 200},
    {"GET /api/v1/whoami", kChat | kRead, Of::Everybody, "/api/v1/whoami", nullptr, nullptr, 200},
    {"GET /api/v1/plugins", kRead, Of::Everybody, "/api/v1/plugins", nullptr, nullptr, 200},
    {"GET /api/v1/plugins/{id}", kRead, Of::Everybody, "/api/v1/plugins/dev.platos.skill-docs", nullptr, nullptr, 200},
    // Agents.
    {"POST /api/v1/agent/agents", kWrite, Of::Everybody, "/api/v1/agent/agents", nullptr,
     R"({"name":"Made #","model":"mock:mock-n1-r0"})", 201},
    {"GET /api/v1/agent/agents", kChat | kRead, Of::Everybody, "/api/v1/agent/agents", nullptr, nullptr, 200},
    {"GET /api/v1/agent/agents/{id}", kChat | kRead, Of::Environment, "/api/v1/agent/agents/{agent}", nullptr, nullptr,
     200},
    {"PATCH /api/v1/agent/agents/{id}", kWrite, Of::Environment, "/api/v1/agent/agents/{agent}", nullptr,
     R"({"name":"Renamed"})", 200},
    {"DELETE /api/v1/agent/agents/{id}", kWrite, Of::Environment, "/api/v1/agent/agents/{agent}",
     "/api/v1/agent/agents/missing", nullptr, 404},
    {"GET /api/v1/agent/agents/{id}/tool-mappings", kRead, Of::Environment,
     "/api/v1/agent/agents/{agent}/tool-mappings", nullptr, nullptr, 200},
    {"GET /api/v1/agent/agents/{id}/categories", kRead, Of::Environment, "/api/v1/agent/agents/{agent}/categories",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/agents/{id}/versions", kRead, Of::Environment, "/api/v1/agent/agents/{agent}/versions", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/agents/{id}/versions/{version}", kRead, Of::Environment,
     "/api/v1/agent/agents/{agent}/versions/missing", nullptr, nullptr, 404},
    {"POST /api/v1/agent/agents/{id}/versions/{version}/rollback", kWrite, Of::Environment,
     "/api/v1/agent/agents/{agent}/versions/missing/rollback", nullptr, nullptr, 404},
    {"POST /api/v1/agent/agents/{id}/messages", kChat, Of::Environment, "/api/v1/agent/agents/{agent}/messages",
     nullptr, R"({"message":"Hi"})", 201},
    {"POST /api/v1/agent/agents/{id}/chat/stream", kChat, Of::Environment, "/api/v1/agent/agents/{agent}/chat/stream",
     nullptr, R"({"message":"Hi"})", 200},
    {"GET /api/v1/agent/agents/{id}/chat/stream", kChat, Of::Environment,
     "/api/v1/agent/agents/{agent}/chat/stream?message=Hi", nullptr, nullptr, 200},
    // Threads.
    {"POST /api/v1/agent/threads", kChat, Of::Environment, "/api/v1/agent/threads", nullptr, R"({"agentId":"{agent}"})",
     201},
    {"GET /api/v1/agent/threads", kChat | kRead, Of::Everybody, "/api/v1/agent/threads", nullptr, nullptr, 200},
    {"GET /api/v1/agent/threads/search", kChat | kRead, Of::Everybody, "/api/v1/agent/threads/search?q=Hi", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/threads/{id}", kChat | kRead, Of::User, "/api/v1/agent/threads/{thread}", nullptr, nullptr,
     200},
    {"PATCH /api/v1/agent/threads/{id}", kChat, Of::User, "/api/v1/agent/threads/{thread}", nullptr, R"({"title":"T"})",
     200},
    {"DELETE /api/v1/agent/threads/{id}", kChat, Of::User, "/api/v1/agent/threads/{thread}",
     "/api/v1/agent/threads/missing", nullptr, 404},
    {"POST /api/v1/agent/threads/{id}/archive", kChat, Of::User, "/api/v1/agent/threads/{thread}/archive",
     "/api/v1/agent/threads/missing/archive", nullptr, 404},
    {"POST /api/v1/agent/threads/{id}/unarchive", kChat, Of::User, "/api/v1/agent/threads/{thread}/unarchive", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/threads/{id}/messages", kChat | kRead, Of::User, "/api/v1/agent/threads/{thread}/messages",
     nullptr, nullptr, 200},
    {"POST /api/v1/agent/threads/{id}/messages", kChat, Of::User, "/api/v1/agent/threads/{thread}/messages", nullptr,
     R"({"message":"Hi"})", 201},
    {"POST /api/v1/agent/threads/{id}/stream", kChat, Of::User, "/api/v1/agent/threads/{thread}/stream", nullptr,
     R"({"message":"Hi"})", 200},
    {"PATCH /api/v1/agent/threads/{id}/rename", kChat, Of::User, "/api/v1/agent/threads/{thread}/rename", nullptr,
     R"({"title":"T"})", 200},
    {"POST /api/v1/agent/threads/{id}/tags", kChat, Of::User, "/api/v1/agent/threads/{thread}/tags", nullptr,
     R"({"tags":["a"]})", 200},
    {"POST /api/v1/agent/threads/{id}/pin", kChat, Of::User, "/api/v1/agent/threads/{thread}/pin", nullptr,
     R"({"pinned":true})", 200},
    {"POST /api/v1/agent/threads/{id}/fork", kChat, Of::User, "/api/v1/agent/threads/{thread}/fork",
     "/api/v1/agent/threads/missing/fork", R"({"upToMessageId":"{message}"})", 404},
    {"POST /api/v1/agent/threads/{id}/messages/{message}/edit-and-rerun", kChat, Of::User,
     "/api/v1/agent/threads/{thread}/messages/{message}/edit-and-rerun",
     "/api/v1/agent/threads/missing/messages/missing/edit-and-rerun", R"({"content":"New"})", 404},
    {"POST /api/v1/agent/threads/{id}/messages/{message}/retry", kChat, Of::User,
     "/api/v1/agent/threads/{thread}/messages/{message}/retry", "/api/v1/agent/threads/missing/messages/missing/retry",
     "{}", 404},
    {"GET /api/v1/agent/threads/{id}/messages/{message}/replies", kChat | kRead, Of::User,
     "/api/v1/agent/threads/{thread}/messages/{message}/replies", nullptr, nullptr, 200},
    {"GET /api/v1/agent/threads/{id}/reply-counts", kChat | kRead, Of::User,
     "/api/v1/agent/threads/{thread}/reply-counts?messageIds={message}", nullptr, nullptr, 200},
    {"GET /api/v1/agent/threads/{id}/branches", kChat | kRead, Of::User, "/api/v1/agent/threads/{thread}/branches",
     nullptr, nullptr, 200},
    // Runs.
    {"GET /api/v1/runs", kChat | kRead, Of::Everybody, "/api/v1/runs", nullptr, nullptr, 200},
    {"GET /api/v1/runs/{id}", kChat | kRead, Of::User, "/api/v1/runs/{run}", nullptr, nullptr, 200},
    {"GET /api/v1/runs/{id}/events", kChat | kRead, Of::User, "/api/v1/runs/{run}/events", nullptr, nullptr, 200},
    {"POST /api/v1/runs/{id}/cancel", kChat, Of::User, "/api/v1/runs/{run}/cancel", nullptr, nullptr, 409},
    {"GET /api/v1/agent/monitoring/safety-events", kRead, Of::Everybody, "/api/v1/agent/monitoring/safety-events",
     nullptr, nullptr, 200},
    // Providers.
    {"GET /api/v1/agent/models", kRead, Of::Everybody, "/api/v1/agent/models", nullptr, nullptr, 200},
    {"GET /api/v1/agent/providers", kRead, Of::Everybody, "/api/v1/agent/providers", nullptr, nullptr, 200},
    {"GET /api/v1/agent/providers/models", kRead, Of::Everybody, "/api/v1/agent/providers/models", nullptr, nullptr,
     200},
    {"GET /api/v1/agent/providers/checklist", kRead, Of::Everybody, "/api/v1/agent/providers/checklist", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/providers/health", kWrite, Of::Everybody, "/api/v1/agent/providers/health", nullptr, nullptr,
     200},
    {"GET /api/v1/agent/providers/keys", kRead, Of::Everybody, "/api/v1/agent/providers/keys", nullptr, nullptr, 200},
    {"POST /api/v1/agent/providers/keys", kAdmin, Of::Everybody, "/api/v1/agent/providers/keys", nullptr,
     R"({"provider":"groq","label":"K","envVarName":"GROQ_API_KEY_#"})", 201},
    {"PATCH /api/v1/agent/providers/keys/{id}", kAdmin, Of::Environment, "/api/v1/agent/providers/keys/{key}", nullptr,
     R"({"label":"L"})", 200},
    {"DELETE /api/v1/agent/providers/keys/{id}", kAdmin, Of::Environment, "/api/v1/agent/providers/keys/{key}",
     "/api/v1/agent/providers/keys/missing", nullptr, 404},
    {"GET /api/v1/agent/providers/{provider}", kRead, Of::Everybody, "/api/v1/agent/providers/groq", nullptr, nullptr,
     200},
    {"PATCH /api/v1/agent/providers/{provider}", kAdmin, Of::Everybody, "/api/v1/agent/providers/groq", nullptr,
     R"({"enabled":true})", 200},
    {"GET /api/v1/agent/providers/{provider}/health", kWrite, Of::Everybody, "/api/v1/agent/providers/groq/health",
     nullptr, nullptr, 200},
    {"POST /api/v1/agent/providers/{provider}/link", kAdmin, Of::Everybody, "/api/v1/agent/providers/groq/link",
     nullptr, nullptr, 200},
    {"DELETE /api/v1/agent/providers/{provider}/link", kAdmin, Of::Everybody, "/api/v1/agent/providers/groq/link",
     nullptr, nullptr, 200},
    {"POST /api/v1/agent/models/compare", kWrite, Of::Everybody, "/api/v1/agent/models/compare", nullptr,
     R"({"prompt":"Hi","models":["mock:mock-n1-r0","mock:mock-n2-r0"]})", 200},
    {"GET /api/v1/agent/connect", kChat | kRead, Of::Everybody, "/api/v1/agent/connect", nullptr, nullptr, 200},
    // Ratings and costs.
    {"POST /api/v1/agent/messages/{id}/rating", kChat, Of::User, "/api/v1/agent/messages/{message}/rating", nullptr,
     R"({"rating":1})", 201},
    {"GET /api/v1/agent/messages/{id}/rating", kChat | kRead, Of::User, "/api/v1/agent/messages/{message}/rating",
     nullptr, nullptr, 200},
    {"DELETE /api/v1/agent/messages/{id}/rating", kChat, Of::User, "/api/v1/agent/messages/{message}/rating", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/monitoring/runs", kChat | kRead, Of::Everybody, "/api/v1/agent/monitoring/runs", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost/by-agent", kRead, Of::Everybody, "/api/v1/agent/monitoring/cost/by-agent",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost/by-scope", kRead, Of::Everybody, "/api/v1/agent/monitoring/cost/by-scope",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost", kRead, Of::Everybody, "/api/v1/agent/monitoring/cost", nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost/skills/daily", kRead, Of::Everybody,
     "/api/v1/agent/monitoring/cost/skills/daily", nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost/skills/range", kRead, Of::Everybody,
     "/api/v1/agent/monitoring/cost/skills/range", nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost-by-agent", kRead, Of::Everybody, "/api/v1/agent/monitoring/cost-by-agent",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost-by-model", kRead, Of::Everybody, "/api/v1/agent/monitoring/cost-by-model",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/cost-by-user", kRead, Of::Everybody, "/api/v1/agent/monitoring/cost-by-user",
     nullptr, nullptr, 200},
    // Tools.
    {"GET /api/v1/agent/tools", kChat | kRead, Of::Everybody, "/api/v1/agent/tools", nullptr, nullptr, 200},
    {"GET /api/v1/agent/tools/search", kChat | kRead, Of::Everybody, "/api/v1/agent/tools/search?q=x", nullptr, nullptr,
     200},
    {"GET /api/v1/agent/tools/stats", kRead, Of::Everybody, "/api/v1/agent/tools/stats", nullptr, nullptr, 200},
    {"GET /api/v1/agent/tools/matrix", kRead, Of::Everybody, "/api/v1/agent/tools/matrix", nullptr, nullptr, 200},
    {"GET /api/v1/agent/tools/rules", kRead, Of::Everybody, "/api/v1/agent/tools/rules", nullptr, nullptr, 200},
    {"PUT /api/v1/agent/tools/rules", kAdmin, Of::Everybody, "/api/v1/agent/tools/rules", nullptr, R"({"rules":[]})",
     200},
    {"POST /api/v1/agent/tools/rules/dry-run", kWrite, Of::Everybody, "/api/v1/agent/tools/rules/dry-run", nullptr,
     R"({"rules":[]})", 200},
    {"POST /api/v1/agent/governors/dry-run", kAdmin, Of::Everybody, "/api/v1/agent/governors/dry-run", nullptr,
     R"({"config":{}})", 200},
    {"GET /api/v1/agent/tools/{id}", kRead, Of::Everybody, "/api/v1/agent/tools/recall", nullptr, nullptr, 200},
    {"PATCH /api/v1/agent/tools/{id}", kAdmin, Of::Everybody, "/api/v1/agent/tools/recall", nullptr,
     R"({"enabled":true})", 200},
    {"PATCH /api/v1/agent/tools/{entityId}/{toolName}/enabled", kAdmin, Of::Everybody,
     "/api/v1/agent/tools/platos.memory/recall/enabled", nullptr, R"({"enabled":true})", 200},
    {"POST /api/v1/agent/tools/{id}/test", kWrite, Of::Environment, "/api/v1/agent/tools/shop__ping/test", nullptr,
     "{}", 200},
    {"POST /api/v1/agent/tools/execute", kWrite, Of::Environment, "/api/v1/agent/tools/execute", nullptr,
     R"({"tool":"shop__ping"})", 200},
    {"GET /api/v1/agent/monitoring/tool-audit", kRead, Of::Everybody, "/api/v1/agent/monitoring/tool-audit", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/monitoring/tool-audit/{callId}", kRead, Of::Environment,
     "/api/v1/agent/monitoring/tool-audit/{audited}", nullptr, nullptr, 200},
    {"POST /api/v1/agent/monitoring/tool-audit/{callId}/replay", kAdmin, Of::Environment,
     "/api/v1/agent/monitoring/tool-audit/{audited}/replay", "/api/v1/agent/monitoring/tool-audit/none/replay", "{}",
     404},
    {"GET /api/v1/agent/monitoring/tool-calls/unknown", kRead, Of::Everybody,
     "/api/v1/agent/monitoring/tool-calls/unknown", nullptr, nullptr, 200},
    {"GET /api/v1/runs/{id}/tool-calls/{call}/result", kChat | kRead, Of::User,
     "/api/v1/runs/{run}/tool-calls/{call}/result", nullptr, nullptr, 200},
    // Its outcome is known.
    {"POST /api/v1/runs/{id}/tool-calls/{call}/settle", kAdmin, Of::Environment,
     "/api/v1/runs/{run}/tool-calls/{call}/settle", nullptr, R"({"outcome":"failed"})", 409},
    // Approvals. Who may decide is told that somebody has changed what is asked, and decides nothing.
    {"GET /api/v1/agent/monitoring/approvals", kChat | kRead, Of::Everybody, "/api/v1/agent/monitoring/approvals",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/approvals/{id}", kChat | kRead, Of::User,
     "/api/v1/agent/monitoring/approvals/{approval}", nullptr, nullptr, 200},
    {"POST /api/v1/agent/monitoring/approvals/{id}/resolve", kChat, Of::User,
     "/api/v1/agent/monitoring/approvals/{approval}/resolve", nullptr, R"({"response":"approve","requestHash":"none"})",
     409},
    {"POST /api/v1/agent/approvals/{id}/resolve", kChat, Of::User, "/api/v1/agent/approvals/{approval}/resolve",
     nullptr, R"({"approved":true,"requestHash":"none"})", 409},
    {"POST /api/v1/agent/durable-approvals/{id}/resolve", kChat, Of::User,
     "/api/v1/agent/durable-approvals/{approval}/resolve", nullptr, R"({"approved":true,"requestHash":"none"})", 409},
    // What is not here yet.
    {"GET /api/v1/agent/monitoring/budget/caps", kChat | kRead, Of::Everybody, "/api/v1/agent/monitoring/budget/caps",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/budget/status", kChat | kRead, Of::Everybody,
     "/api/v1/agent/monitoring/budget/status", nullptr, nullptr, 200},
    {"GET /api/v1/agent/budgets", kChat | kRead, Of::Everybody, "/api/v1/agent/budgets", nullptr, nullptr, 200},
    {"GET /api/v1/agent/budgets/status", kChat | kRead, Of::Everybody, "/api/v1/agent/budgets/status", nullptr, nullptr,
     200},
    {"GET /api/v1/agent/monitoring/traces/{traceId}", kChat | kRead, Of::Everybody, "/api/v1/agent/monitoring/traces/x",
     nullptr, nullptr, 200},
    {"GET /api/v1/agent/monitoring/trace/{threadId}", kChat | kRead, Of::Everybody, "/api/v1/agent/monitoring/trace/x",
     nullptr, nullptr, 200},
    {"POST /api/v1/agent/budgets", kWrite, Of::Everybody, "/api/v1/agent/budgets", nullptr, "{}", 501},
    {"DELETE /api/v1/agent/budgets/{id}", kWrite, Of::Everybody, "/api/v1/agent/budgets/x", nullptr, nullptr, 501},
    {"POST /api/v1/agent/budgets/{id}/override", kWrite, Of::Everybody, "/api/v1/agent/budgets/x/override", nullptr,
     "{}", 501},
    {"POST /api/v1/agent/monitoring/approvals/expiry-sweep", kAdmin, Of::Everybody,
     "/api/v1/agent/monitoring/approvals/expiry-sweep", nullptr, "{}", 501},
    {"PATCH /api/v1/agent/agents/{id}/canary", kWrite, Of::Everybody, "/api/v1/agent/agents/x/canary", nullptr, "{}",
     501},
    {"GET /api/v1/agent/agents/{id}/canary/metrics", kChat | kRead, Of::Everybody,
     "/api/v1/agent/agents/x/canary/metrics", nullptr, nullptr, 200},
    {"POST /api/v1/agent/agents/{id}/canary/promote", kWrite, Of::Everybody, "/api/v1/agent/agents/x/canary/promote",
     nullptr, "{}", 501},
    {"GET /api/v1/agent/feature-flags", kChat | kRead, Of::Everybody, "/api/v1/agent/feature-flags", nullptr, nullptr,
     200},
    {"PATCH /api/v1/agent/agents/{id}/feature-flags", kWrite, Of::Everybody, "/api/v1/agent/agents/x/feature-flags",
     nullptr, "{}", 501},
    {"GET /api/v1/agent/postman-templates", kChat | kRead, Of::Everybody, "/api/v1/agent/postman-templates", nullptr,
     nullptr, 200},
    {"POST /api/v1/agent/postman-templates", kWrite, Of::Everybody, "/api/v1/agent/postman-templates", nullptr, "{}",
     501},
    {"PUT /api/v1/agent/postman-templates/{id}", kWrite, Of::Everybody, "/api/v1/agent/postman-templates/x", nullptr,
     "{}", 501},
    {"DELETE /api/v1/agent/postman-templates/{id}", kWrite, Of::Everybody, "/api/v1/agent/postman-templates/x", nullptr,
     nullptr, 501},
    {"GET /api/v1/agent/platos-tasks", kChat | kRead, Of::Everybody, "/api/v1/agent/platos-tasks", nullptr, nullptr,
     200},
    {"GET /api/v1/agent/platos-tasks/{id}", kChat | kRead, Of::Everybody, "/api/v1/agent/platos-tasks/x", nullptr,
     nullptr, 404},
    {"POST /api/v1/agent/platos-tasks", kWrite, Of::Everybody, "/api/v1/agent/platos-tasks", nullptr, "{}", 501},
    {"PATCH /api/v1/agent/platos-tasks/{id}", kWrite, Of::Everybody, "/api/v1/agent/platos-tasks/x", nullptr, "{}",
     501},
    {"DELETE /api/v1/agent/platos-tasks/{id}", kWrite, Of::Everybody, "/api/v1/agent/platos-tasks/x", nullptr, nullptr,
     501},
    {"POST /api/v1/agent/platos-tasks/{id}/run", kWrite, Of::Everybody, "/api/v1/agent/platos-tasks/x/run", nullptr,
     "{}", 501},
    {"GET /api/v1/agent/trigger/tasks", kChat | kRead, Of::Everybody, "/api/v1/agent/trigger/tasks", nullptr, nullptr,
     200},
    {"POST /api/v1/agent/trigger/tasks/{id}/trigger", kWrite, Of::Everybody, "/api/v1/agent/trigger/tasks/x/trigger",
     nullptr, "{}", 501},
    {"GET /api/v1/agent/trigger/runs", kChat | kRead, Of::Everybody, "/api/v1/agent/trigger/runs", nullptr, nullptr,
     200},
    {"GET /api/v1/agent/trigger/runs/{id}", kChat | kRead, Of::Everybody, "/api/v1/agent/trigger/runs/x", nullptr,
     nullptr, 404},
    {"POST /api/v1/agent/trigger/runs/{id}/cancel", kWrite, Of::Everybody, "/api/v1/agent/trigger/runs/x/cancel",
     nullptr, "{}", 501},
    {"POST /api/v1/agent/trigger/runs/{id}/replay", kWrite, Of::Everybody, "/api/v1/agent/trigger/runs/x/replay",
     nullptr, "{}", 501},
    {"GET /api/v1/agent/trigger/schedules", kChat | kRead, Of::Everybody, "/api/v1/agent/trigger/schedules", nullptr,
     nullptr, 200},
    {"POST /api/v1/agent/trigger/schedules", kWrite, Of::Everybody, "/api/v1/agent/trigger/schedules", nullptr, "{}",
     501},
    {"POST /api/v1/agent/trigger/schedules/{id}/activate", kWrite, Of::Everybody,
     "/api/v1/agent/trigger/schedules/x/activate", nullptr, "{}", 501},
    {"POST /api/v1/agent/trigger/schedules/{id}/deactivate", kWrite, Of::Everybody,
     "/api/v1/agent/trigger/schedules/x/deactivate", nullptr, "{}", 501},
    {"DELETE /api/v1/agent/trigger/schedules/{id}", kWrite, Of::Everybody, "/api/v1/agent/trigger/schedules/x", nullptr,
     nullptr, 501},
    {"POST /api/v1/agent/trigger/batches/{id}", kWrite, Of::Everybody, "/api/v1/agent/trigger/batches/x", nullptr, "{}",
     501},
    {"GET /api/v1/agent/trigger/batches/{id}", kChat | kRead, Of::Everybody, "/api/v1/agent/trigger/batches/x", nullptr,
     nullptr, 404},
    {"GET /api/v1/agent/threads/{id}/artifacts", kChat | kRead, Of::User, "/api/v1/agent/threads/{thread}/artifacts",
     nullptr, nullptr, 200},
    // Skills.
    {"GET /api/v1/agent/skills", kRead, Of::Everybody, "/api/v1/agent/skills", nullptr, nullptr, 200},
    {"POST /api/v1/agent/skills", kAdmin, Of::Everybody, "/api/v1/agent/skills", nullptr,
     R"({"source":"---\nname: made-#\ndescription: d\n---\n"})", 201},
    {"GET /api/v1/agent/skills/health", kRead, Of::Everybody, "/api/v1/agent/skills/health", nullptr, nullptr, 200},
    {"GET /api/v1/agent/skills/official", kRead, Of::Everybody, "/api/v1/agent/skills/official", nullptr, nullptr, 200},
    {"POST /api/v1/agent/skills/import", kAdmin, Of::Everybody, "/api/v1/agent/skills/import", nullptr,
     R"({"url":"https://127.0.0.1/x"})", 403},
    {"GET /api/v1/agent/skills/agent/{agentId}", kRead, Of::Environment, "/api/v1/agent/skills/agent/{agent}", nullptr,
     nullptr, 200},
    {"POST /api/v1/agent/skills/agent/{agentId}/{id}", kWrite, Of::Environment,
     "/api/v1/agent/skills/agent/{agent}/own-skill", nullptr, nullptr, 201},
    {"DELETE /api/v1/agent/skills/agent/{agentId}/{id}", kWrite, Of::Environment,
     "/api/v1/agent/skills/agent/{agent}/own-skill", "/api/v1/agent/skills/agent/{agent}/missing", nullptr, 404},
    {"GET /api/v1/agent/skills/{id}", kRead, Of::Environment, "/api/v1/agent/skills/own-skill", nullptr, nullptr, 200},
    {"DELETE /api/v1/agent/skills/{id}", kAdmin, Of::Environment, "/api/v1/agent/skills/own-skill",
     "/api/v1/agent/skills/missing", nullptr, 404},
    {"GET /api/v1/agent/skills/{id}/versions", kRead, Of::Environment, "/api/v1/agent/skills/own-skill/versions",
     nullptr, nullptr, 200},
    {"POST /api/v1/agent/skills/{id}/rollback", kAdmin, Of::Environment, "/api/v1/agent/skills/own-skill/rollback",
     nullptr, R"({"version":1})", 200},
    // Organizations and what is in them.
    {"GET /api/v1/organizations", kRead, Of::Everybody, "/api/v1/organizations", nullptr, nullptr, 200},
    {"POST /api/v1/organizations", kOperator, Of::Everybody, "/api/v1/organizations", nullptr, R"({"name":"Org #"})",
     201},
    {"GET /api/v1/organizations/{id}", kRead, Of::Organization, "/api/v1/organizations/{org}", nullptr, nullptr, 200},
    {"PATCH /api/v1/organizations/{id}", kOwner, Of::Organization, "/api/v1/organizations/{org}", nullptr,
     R"({"name":"Default"})", 200},
    {"DELETE /api/v1/organizations/{id}", kOperator, Of::Organization, "/api/v1/organizations/{org}",
     "/api/v1/organizations/missing", nullptr, 404},
    {"GET /api/v1/organizations/{id}/projects", kRead, Of::Organization, "/api/v1/organizations/{org}/projects",
     nullptr, nullptr, 200},
    {"POST /api/v1/organizations/{id}/projects", kAdmin, Of::Organization, "/api/v1/organizations/{org}/projects",
     nullptr, R"({"name":"Project #"})", 201},
    {"GET /api/v1/projects/{id}", kRead, Of::Organization, "/api/v1/projects/{project}", nullptr, nullptr, 200},
    {"PATCH /api/v1/projects/{id}", kAdmin, Of::Organization, "/api/v1/projects/{project}", nullptr,
     R"({"name":"Default"})", 200},
    {"DELETE /api/v1/projects/{id}", kAdmin, Of::Organization, "/api/v1/projects/{project}", "/api/v1/projects/missing",
     nullptr, 404},
    {"GET /api/v1/projects/{id}/environments", kRead, Of::Organization, "/api/v1/projects/{project}/environments",
     nullptr, nullptr, 200},
    {"POST /api/v1/projects/{id}/environments", kAdmin, Of::Organization, "/api/v1/projects/{project}/environments",
     nullptr, R"({"name":"Env #","type":"STAGING"})", 201},
    {"GET /api/v1/environments/{id}", kRead, Of::Organization, "/api/v1/environments/{env}", nullptr, nullptr, 200},
    {"PATCH /api/v1/environments/{id}", kAdmin, Of::Organization, "/api/v1/environments/{env}", nullptr,
     R"({"name":"Default"})", 200},
    {"DELETE /api/v1/environments/{id}", kAdmin, Of::Organization, "/api/v1/environments/{env}",
     "/api/v1/environments/missing", nullptr, 404},
    {"GET /api/v1/organizations/{id}/members", kRead, Of::Organization, "/api/v1/organizations/{org}/members", nullptr,
     nullptr, 200},
    {"POST /api/v1/organizations/{id}/members", kAdmin, Of::Organization, "/api/v1/organizations/{org}/members",
     nullptr, R"({"name":"Member #","email":"m#@example.com","role":"viewer"})", 201},
    {"PATCH /api/v1/organizations/{id}/members/{user}", kAdmin, Of::Organization,
     "/api/v1/organizations/{org}/members/{member}", nullptr, R"({"role":"viewer"})", 200},
    {"DELETE /api/v1/organizations/{id}/members/{user}", kAdmin, Of::Organization,
     "/api/v1/organizations/{org}/members/{member}", "/api/v1/organizations/{org}/members/missing", nullptr, 404},
    {"GET /api/v1/organizations/{id}/audit", kAdmin, Of::Organization, "/api/v1/organizations/{org}/audit", nullptr,
     nullptr, 200},
    {"GET /api/v1/projects/{id}/envvars/{env}", kAdmin, Of::Organization, "/api/v1/projects/{project}/envvars/{env}",
     nullptr, nullptr, 200},
    {"POST /api/v1/projects/{id}/envvars/{env}", kAdmin, Of::Organization, "/api/v1/projects/{project}/envvars/{env}",
     nullptr, R"({"name":"V","value":"v"})", 200},
    {"POST /api/v1/projects/{id}/envvars/{env}/import", kAdmin, Of::Organization,
     "/api/v1/projects/{project}/envvars/{env}/import", nullptr, R"({"variables":{"V":"v"}})", 200},
    {"GET /api/v1/projects/{id}/envvars/{env}/{name}", kAdmin, Of::Organization,
     "/api/v1/projects/{project}/envvars/{env}/V", nullptr, nullptr, 200},
    {"PUT /api/v1/projects/{id}/envvars/{env}/{name}", kAdmin, Of::Organization,
     "/api/v1/projects/{project}/envvars/{env}/V", nullptr, R"({"value":"v"})", 200},
    {"DELETE /api/v1/projects/{id}/envvars/{env}/{name}", kAdmin, Of::Organization,
     "/api/v1/projects/{project}/envvars/{env}/V", "/api/v1/projects/{project}/envvars/{env}/MISSING", nullptr, 404},
    {"GET /api/v1/agent/end-users", kRead, Of::Everybody, "/api/v1/agent/end-users", nullptr, nullptr, 200},
    {"GET /api/v1/agent/end-users/{id}", kRead, Of::Environment, "/api/v1/agent/end-users/eu-1", nullptr, nullptr, 200},
    {"PUT /api/v1/agent/end-users/{id}", kWrite, Of::Everybody, "/api/v1/agent/end-users/eu-2", nullptr,
     R"({"name":"Eve"})", 200},
    {"DELETE /api/v1/agent/end-users/{id}", kAdmin, Of::Environment, "/api/v1/agent/end-users/eu-1",
     "/api/v1/agent/end-users/missing", nullptr, 404},
    // Keys.
    {"GET /api/v1/tokens", kAdmin, Of::Everybody, "/api/v1/tokens", nullptr, nullptr, 200},
    {"POST /api/v1/tokens", kAdmin, Of::Organization, "/api/v1/tokens", nullptr,
     R"({"name":"t","role":"viewer","userId":"{member}"})", 201},
    {"DELETE /api/v1/tokens/{id}", kAdmin, Of::Organization, "/api/v1/tokens/{token}", "/api/v1/tokens/missing",
     nullptr, 404},
    {"GET /api/v1/agent/access-key", kAdmin, Of::Everybody, "/api/v1/agent/access-key", nullptr, nullptr, 200},
    {"DELETE /api/v1/agent/access-key", kAdmin, Of::Nobody, "/api/v1/agent/access-key", nullptr, nullptr, 0},
    {"POST /api/v1/agent/access-key/generate", kAdmin, Of::Nobody, "/api/v1/agent/access-key/generate", nullptr,
     nullptr, 0},
    {"POST /api/v1/agent/access-key/origins", kAdmin, Of::Everybody, "/api/v1/agent/access-key/origins", nullptr,
     R"({"origins":[]})", 200},
    {"GET /api/v1/agent/entities", kRead, Of::Everybody, "/api/v1/agent/entities", nullptr, nullptr, 200},
    {"POST /api/v1/agent/entities", kAdmin, Of::Everybody, "/api/v1/agent/entities", nullptr, R"({"entityId":"e#"})",
     201},
    {"GET /api/v1/agent/entities/{id}", kRead, Of::Project, "/api/v1/agent/entities/{entity}", nullptr, nullptr, 200},
    {"PATCH /api/v1/agent/entities/{id}", kAdmin, Of::Project, "/api/v1/agent/entities/{entity}", nullptr,
     R"({"displayName":"Shop"})", 200},
    {"DELETE /api/v1/agent/entities/{id}", kAdmin, Of::Project, "/api/v1/agent/entities/{entity}",
     "/api/v1/agent/entities/missing", nullptr, 404},
    {"POST /api/v1/agent/entities/{id}/rotate-secret", kAdmin, Of::Project,
     "/api/v1/agent/entities/{entity}/rotate-secret", "/api/v1/agent/entities/missing/rotate-secret", nullptr, 404},
    {"POST /api/v1/agent/entities/{id}/regenerate-secret", kAdmin, Of::Project,
     "/api/v1/agent/entities/{entity}/regenerate-secret", "/api/v1/agent/entities/missing/regenerate-secret", nullptr,
     404},
    {"GET /api/v1/agent/entities/check-availability", kRead, Of::Everybody,
     "/api/v1/agent/entities/check-availability?entityId=shop", nullptr, nullptr, 200},
    {"GET /api/v1/agent/entities/{id}/tools", kRead, Of::Project, "/api/v1/agent/entities/{entity}/tools", nullptr,
     nullptr, 200},
    {"GET /api/v1/agent/entities/{id}/health", kRead, Of::Project, "/api/v1/agent/entities/{entity}/health", nullptr,
     nullptr, 200},
    {"POST /api/v1/agent/entities/{id}/wire-test", kAdmin, Of::Project, "/api/v1/agent/entities/{entity}/wire-test",
     nullptr, "{}", 200},
    {"GET /api/v1/agent/entities/{id}/test-credentials", kAdmin, Of::Project,
     "/api/v1/agent/entities/{entity}/test-credentials", nullptr, nullptr, 204},
    {"PUT /api/v1/agent/entities/{id}/test-credentials", kAdmin, Of::Project,
     "/api/v1/agent/entities/{entity}/test-credentials", "/api/v1/agent/entities/missing/test-credentials",
     R"({"userId":"tester"})", 404},
    {"DELETE /api/v1/agent/entities/{id}/test-credentials", kAdmin, Of::Project,
     "/api/v1/agent/entities/{entity}/test-credentials", nullptr, nullptr, 200},
    {"GET /api/v1/agent/entities/{id}/mcp/config", kRead, Of::Project, "/api/v1/agent/entities/{entity}/mcp/config",
     nullptr, nullptr, 200},
    {"PATCH /api/v1/agent/entities/{id}/mcp/config", kAdmin, Of::Project, "/api/v1/agent/entities/{entity}/mcp/config",
     nullptr, "{}", 501},
    {"POST /api/v1/secrets/rotate-master", kOperator, Of::Everybody, "/api/v1/secrets/rotate-master", nullptr, nullptr,
     200},
    {"GET /api/v1/agent/secrets/status", kRead, Of::Everybody, "/api/v1/agent/secrets/status", nullptr, nullptr, 200},
    // Has a test of its own below: it wants an entity's secret.
    {"POST /api/v1/entities/{id}/session-tokens", kNobody, Of::Nobody, "/api/v1/entities/{entity}/session-tokens",
     nullptr, nullptr, 400},
};

long expected(const Row& row, const Caller& caller) {
  if (row.rights == kNobody) return row.ok;
  if (caller.refused != 0) return caller.refused;
  if ((caller.rights & row.rights) == 0) return 403;
  if (row.of == Of::Everybody) return row.ok;
  if (row.of == Of::User) {
    const std::string path = row.path;
    const bool administers = (caller.rights & kAdmin) != 0 && path.starts_with("/api/v1/runs/");
    const bool watches = (caller.rights & ~kChat) != 0 && path.find("approvals/{approval}") != std::string::npos;
    if (caller.sees != Of::User || caller.bound_elsewhere || !(caller.is_alice || administers || watches)) return 404;
    return row.ok;
  }
  // Of narrower things is seen what is in wider ones: Everybody < Organization < Project < Environment < User.
  if (row.of > caller.sees) return 404;
  if (caller.bound_elsewhere && row.of == Of::Environment) return 403;
  return row.ok;
}

/// Not only answered with the same status as who is.
bool is_let_in(Row row, const Caller& caller) {
  constexpr long kNoOther = 299;
  row.ok = kNoOther;
  return expected(row, caller) == kNoOther;
}

}  // namespace

TEST_CASE("Every route lets in whom it should, and shows nobody what belongs to others") {
  World world;
  std::set<std::string> known;
  for (const auto& row : kRows) known.insert(row.route);
  std::set<std::string> served;
  const Json listed = world.fetch("/api/v1/routes").json();
  for (const auto& route : listed["routes"]) {
    served.insert(route["method"].get<std::string>() + " " + route["path"].get<std::string>());
  }
  for (const auto& route : served) {
    INFO("add a row for " << route);
    CHECK(known.contains(route));
  }
  for (const auto& route : known) {
    INFO("there is no route " << route);
    CHECK(served.contains(route));
  }
  int cells = 0;
  for (const auto& row : kRows) {
    if (row.ok == 0) continue;  // would take the callers' own keys away
    const std::string method = std::string(row.route).substr(0, std::string(row.route).find(' '));
    for (const auto& caller : world.callers) {
      const long wanted = expected(row, caller);
      const bool spared = row.harmless != nullptr && is_let_in(row, caller);
      const std::string path = world.filled(spared ? row.harmless : row.path);
      const Json body = row.body == nullptr ? Json() : Json::parse(world.filled(row.body));
      const Answer answer = world.call(method, path, body, caller.headers);
      ++cells;
      INFO(row.route << " for " << caller.name << ": " << answer.body.substr(0, 300));
      CHECK(answer.status == wanted);
      if (wanted != 404 && caller.sees == Of::User) continue;
      for (const char* secret : {"thread", "run", "agent", "token", "entity", "call", "approval"}) {
        if (path.find(world.ids[secret]) != std::string::npos || caller.refused == 0) continue;
        CHECK(answer.body.find(world.ids[secret]) == std::string::npos);
      }
    }
  }
  std::cout << "tenant_matrix_test: " << cells << " cells\n";
  // Nothing that others tried has changed anything.
  CHECK(world.state_of_approval(world.ids["approval"]) == "pending");
  CHECK(world.fetch(kThreads + world.ids["thread"], {"X-Platos-User-Id: alice"}).status == 200);
  CHECK(world.fetch(kAgents + world.ids["agent"]).status == 200);
  CHECK(world.fetch("/api/v1/agent/entities/" + world.ids["entity"]).status == 200);
}

TEST_CASE("Routes that take keys away ask for the right to it first") {
  World world;
  for (const auto& row : kRows) {
    if (row.ok != 0) continue;
    const std::string method = std::string(row.route).substr(0, std::string(row.route).find(' '));
    for (const auto& caller : world.callers) {
      if (caller.refused == 0 && (caller.rights & row.rights) != 0) continue;
      INFO(row.route << " for " << caller.name);
      CHECK(world.call(method, row.path, Json(), caller.headers).status == (caller.refused == 0 ? 403 : 401));
    }
  }
}

TEST_CASE("A session token is minted for the entity's secret alone, and the caller's claims replace none of its own") {
  World world;
  const std::string path = "/api/v1/entities/shop/session-tokens";
  const Json body = {{"organizationId", "org_default"},
                     {"projectId", "prj_default"},
                     {"environmentId", "env_default"},
                     {"userId", "alice"},
                     {"claims", {{"userId", "root"}, {"exp", 9'999'999'999}, {"iss", "platos-platform"}}}};
  for (const auto& caller : world.callers) {
    INFO(caller.name);
    const long wanted = caller.name == "entity" ? 201 : 401;
    CHECK(world.call("POST", path, body, caller.headers).status == wanted);
  }
  const Json minted = world.made(path, body, {World::bearer(world.entity_secret)});
  const std::string token = minted["token"];
  const std::string key = world.access_key("env_default");
  const auto whoami = [&](const std::string& token_text) {
    return world.fetch("/api/v1/whoami",
                       {"Authorization:", "X-Platos-Session-Token: " + token_text, "X-Platos-Api-Key: " + key});
  };
  const Answer who = whoami(token);
  CHECK(who.json()["userId"] == "alice");
  CHECK(who.json()["actor"] == "session:shop");
  // Nothing but its time refuses the one that has expired.
  CHECK(whoami(world.session_token_until(60)).status == 200);
  CHECK(whoami(world.session_token_until(-60)).status == 401);
  Json elsewhere = body;
  elsewhere["environmentId"] = "env_other";
  CHECK(world.call("POST", path, elsewhere, {World::bearer(world.entity_secret)}).status == 404);
  CHECK(world.call("POST", "/api/v1/entities/bad%20id/session-tokens", body).status == 400);
}

}  // namespace platos::tests
