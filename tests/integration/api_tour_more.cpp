// The tour through providers, models, usage, ratings, search, and what is not here yet.
#include "integration/api_tour.hpp"

namespace platos::tests {
namespace {

const std::vector<Step> kProviderSteps = {
    {"GET /api/v1/agent/providers", "/api/v1/agent/providers"},
    {"GET /api/v1/agent/providers/models", "/api/v1/agent/providers/models"},
    {"GET /api/v1/agent/providers/checklist", "/api/v1/agent/providers/checklist"},
    {"GET /api/v1/agent/providers/{provider}", "/api/v1/agent/providers/groq"},
    {"GET /api/v1/agent/providers/{provider}", "/api/v1/agent/providers/missing", nullptr, 404},
    {"PATCH /api/v1/agent/providers/{provider}", "/api/v1/agent/providers/groq", R"({"enabled":true})"},
    {"GET /api/v1/agent/providers/{provider}/health", "/api/v1/agent/providers/groq/health"},
    {"GET /api/v1/agent/providers/health", "/api/v1/agent/providers/health"},
    {"POST /api/v1/agent/providers/{provider}/link", "/api/v1/agent/providers/groq/link"},
    {"DELETE /api/v1/agent/providers/{provider}/link", "/api/v1/agent/providers/groq/link"},
    {"POST /api/v1/agent/providers/keys", "/api/v1/agent/providers/keys",
     R"({"provider":"groq","label":"Own","envVarName":"GROQ_OWN","value":"k"})", 201, "key=id"},
    {"POST /api/v1/agent/providers/keys", "/api/v1/agent/providers/keys",
     R"({"provider":"groq","label":"Own","envVarName":"GROQ_OWN"})", 409},
    {"GET /api/v1/agent/providers/keys", "/api/v1/agent/providers/keys"},
    {"PATCH /api/v1/agent/providers/keys/{id}", "/api/v1/agent/providers/keys/{key}", R"({"label":"Mine"})"},
    {"DELETE /api/v1/agent/providers/keys/{id}", "/api/v1/agent/providers/keys/{key}"},
    {"GET /api/v1/agent/models", "/api/v1/agent/models"},
    {"POST /api/v1/agent/models/compare", "/api/v1/agent/models/compare",
     R"({"prompt":"Hi","models":["mock:mock-n2-r0","mock:mock-s401"]})"},
};

constexpr const char* kSkillSource = R"({"source":"---\nname: toured\ndescription: d\n---\nBody"})";
constexpr const char* kSkillFiles = R"({"folder":"toured","origin":"community","importedFrom":"elsewhere",
  "files":[{"path":"SKILL.md","content":"---\nname: toured\ndescription: e\n---\nBody"},
  {"path":"scripts/a.py","contentBase64":"eA=="}]})";

const std::vector<Step> kSkillSteps = {
    {"GET /api/v1/agent/skills/official", "/api/v1/agent/skills/official"},
    {"POST /api/v1/agent/skills", "/api/v1/agent/skills", kSkillSource, 201, "skill=skill.id"},
    {"POST /api/v1/agent/skills", "/api/v1/agent/skills", kSkillFiles, 201},
    {"POST /api/v1/agent/skills", "/api/v1/agent/skills", R"({"official":"platos.csv_ops"})", 201},
    {"POST /api/v1/agent/skills", "/api/v1/agent/skills", R"({"official":"platos.web_search"})", 201},
    {"POST /api/v1/agent/skills", "/api/v1/agent/skills", R"({"official":"missing"})", 404},
    {"POST /api/v1/agent/skills", "/api/v1/agent/skills", R"({"source":"no frontmatter"})", 400},
    {"POST /api/v1/agent/skills", "/api/v1/agent/skills",
     R"({"source":"---\nid: platos.csv_ops\ndescription: d\n---\n"})", 409},
    {"POST /api/v1/agent/skills/import", "/api/v1/agent/skills/import", R"({"url":"https://10.0.0.1/x"})", 403},
    {"GET /api/v1/agent/skills", "/api/v1/agent/skills?search=our&limit=5&page=1"},
    {"GET /api/v1/agent/skills/health", "/api/v1/agent/skills/health"},
    {"GET /api/v1/agent/skills/{id}", "/api/v1/agent/skills/{skill}"},
    {"GET /api/v1/agent/skills/{id}", "/api/v1/agent/skills/missing", nullptr, 404},
    {"GET /api/v1/agent/skills/{id}/versions", "/api/v1/agent/skills/toured/versions"},
    {"POST /api/v1/agent/skills/{id}/rollback", "/api/v1/agent/skills/toured/rollback", R"({"version":1})"},
    {"POST /api/v1/agent/skills/agent/{agentId}/{id}", "/api/v1/agent/skills/agent/{echo}/toured", nullptr, 201},
    {"POST /api/v1/agent/skills/agent/{agentId}/{id}", "/api/v1/agent/skills/agent/{echo}/platos.web_search", nullptr,
     412},
    {"GET /api/v1/agent/skills/agent/{agentId}", "/api/v1/agent/skills/agent/{echo}"},
    {"DELETE /api/v1/agent/skills/agent/{agentId}/{id}", "/api/v1/agent/skills/agent/{echo}/toured"},
    {"DELETE /api/v1/agent/skills/{id}", "/api/v1/agent/skills/toured"},
};

const std::vector<Step> kUsageSteps = {
    {"GET /api/v1/agent/connect", "/api/v1/agent/connect"},
    {"GET /api/v1/agent/threads/search", "/api/v1/agent/threads/search?q=hi&limit=5"},
    {"GET /api/v1/agent/threads/search", "/api/v1/agent/threads/search", nullptr, 400},
    {"GET /api/v1/agent/threads/{id}/artifacts", "/api/v1/agent/threads/{thread}/artifacts"},
    {"POST /api/v1/agent/messages/{id}/rating", "/api/v1/agent/messages/{answer}/rating",
     R"({"rating":1,"comment":"Good"})", 201},
    {"GET /api/v1/agent/messages/{id}/rating", "/api/v1/agent/messages/{answer}/rating"},
    {"DELETE /api/v1/agent/messages/{id}/rating", "/api/v1/agent/messages/{answer}/rating"},
    {"GET /api/v1/agent/monitoring/runs", "/api/v1/agent/monitoring/runs?limit=5"},
    {"GET /api/v1/agent/monitoring/cost/by-agent", "/api/v1/agent/monitoring/cost/by-agent"},
    {"GET /api/v1/agent/monitoring/cost/by-scope", "/api/v1/agent/monitoring/cost/by-scope?daysBack=3"},
    {"GET /api/v1/agent/monitoring/cost", "/api/v1/agent/monitoring/cost?date=2026-11-23"},
    {"GET /api/v1/agent/monitoring/cost/skills/daily", "/api/v1/agent/monitoring/cost/skills/daily?date=2026-11-23"},
    {"GET /api/v1/agent/monitoring/cost/skills/range",
     "/api/v1/agent/monitoring/cost/skills/range?from=2026-11-20&to=2026-11-23"},
    {"GET /api/v1/agent/monitoring/cost/skills/range",
     "/api/v1/agent/monitoring/cost/skills/range?from=2026-01-01&to=2026-11-23", nullptr, 400},
    {"GET /api/v1/agent/monitoring/cost-by-agent", "/api/v1/agent/monitoring/cost-by-agent?days=2"},
    {"GET /api/v1/agent/monitoring/cost-by-model", "/api/v1/agent/monitoring/cost-by-model"},
    {"GET /api/v1/agent/monitoring/cost-by-user", "/api/v1/agent/monitoring/cost-by-user"},
};

const std::vector<Step> kToolSteps = {
    {"GET /api/v1/agent/tools", "/api/v1/agent/tools?entity=docs"},
    {"GET /api/v1/agent/tools", "/api/v1/agent/tools?agentId={tools}"},
    {"GET /api/v1/agent/tools/search", "/api/v1/agent/tools/search?q=documentation"},
    {"GET /api/v1/agent/tools/search", "/api/v1/agent/tools/search", nullptr, 400},
    {"GET /api/v1/agent/tools/stats", "/api/v1/agent/tools/stats"},
    {"GET /api/v1/agent/tools/matrix", "/api/v1/agent/tools/matrix"},
    {"GET /api/v1/agent/tools/rules", "/api/v1/agent/tools/rules"},
    {"PUT /api/v1/agent/tools/rules", "/api/v1/agent/tools/rules",
     R"({"rules":[{"pattern":"none__*","permission":"block"}]})"},
    {"GET /api/v1/agent/tools/{id}", "/api/v1/agent/tools/docs__search"},
    {"GET /api/v1/agent/tools/{id}", "/api/v1/agent/tools/missing", nullptr, 404},
    {"PATCH /api/v1/agent/tools/{id}", "/api/v1/agent/tools/docs__search",
     R"({"permission":"auto_allow","effect":"read","timeoutMs":5000})"},
    {"PATCH /api/v1/agent/tools/{entityId}/{toolName}/enabled", "/api/v1/agent/tools/docs/docs__search/enabled",
     R"({"enabled":true})"},
    {"POST /api/v1/agent/tools/{id}/test", "/api/v1/agent/tools/docs__search/test", R"({"params":{"query":"install"}})",
     200, "audited=id"},
    {"POST /api/v1/agent/tools/{id}/test", "/api/v1/agent/tools/missing/test", R"({"params":{}})", 404},
    {"POST /api/v1/agent/tools/execute", "/api/v1/agent/tools/execute",
     R"({"tool":"docs__search","args":{"query":"x"}})"},
    {"POST /api/v1/agent/tools/rules/dry-run", "/api/v1/agent/tools/rules/dry-run",
     R"({"rules":[{"pattern":"docs__*","permission":"block"}],"sinceDays":7})"},
    {"POST /api/v1/agent/governors/dry-run", "/api/v1/agent/governors/dry-run",
     R"({"config":{"default":"deny"},"sinceDays":7,"limit":100,"examples":5})"},
    {"POST /api/v1/agent/governors/dry-run", "/api/v1/agent/governors/dry-run", R"({"config":{"default":"sometimes"}})",
     400},
    {"GET /api/v1/agent/monitoring/tool-audit", "/api/v1/agent/monitoring/tool-audit?limit=5"},
    {"GET /api/v1/agent/monitoring/tool-audit/{callId}", "/api/v1/agent/monitoring/tool-audit/{audited}"},
    {"POST /api/v1/agent/monitoring/tool-audit/{callId}/replay", "/api/v1/agent/monitoring/tool-audit/{audited}/replay",
     "{}"},
    {"GET /api/v1/agent/monitoring/tool-calls/unknown", "/api/v1/agent/monitoring/tool-calls/unknown?limit=5"},
    {"GET /api/v1/runs/{id}/tool-calls/{call}/result", "/api/v1/runs/missing/tool-calls/missing/result", nullptr, 404},
    {"POST /api/v1/runs/{id}/tool-calls/{call}/settle", "/api/v1/runs/missing/tool-calls/missing/settle",
     R"({"outcome":"failed"})", 404},
};

const std::vector<Step> kLaterSteps = {
    {"GET /api/v1/agent/monitoring/approvals", "/api/v1/agent/monitoring/approvals"},
    {"GET /api/v1/agent/monitoring/approvals/{id}", "/api/v1/agent/monitoring/approvals/a", nullptr, 404},
    {"POST /api/v1/agent/monitoring/approvals/{id}/resolve", "/api/v1/agent/monitoring/approvals/a/resolve",
     R"({"response":"approve"})", 404},
    {"POST /api/v1/agent/approvals/{id}/resolve", "/api/v1/agent/approvals/a/resolve", R"({"approved":true})", 404},
    {"POST /api/v1/agent/durable-approvals/{id}/resolve", "/api/v1/agent/durable-approvals/a/resolve",
     R"({"approved":false})", 404},
    {"GET /api/v1/agent/monitoring/budget/caps", "/api/v1/agent/monitoring/budget/caps"},
    {"GET /api/v1/agent/monitoring/budget/status", "/api/v1/agent/monitoring/budget/status"},
    {"GET /api/v1/agent/budgets", "/api/v1/agent/budgets"},
    {"GET /api/v1/agent/budgets/status", "/api/v1/agent/budgets/status"},
    {"GET /api/v1/agent/monitoring/traces/{traceId}", "/api/v1/agent/monitoring/traces/t"},
    {"GET /api/v1/agent/monitoring/trace/{threadId}", "/api/v1/agent/monitoring/trace/t"},
    {"GET /api/v1/agent/trigger/tasks", "/api/v1/agent/trigger/tasks"},
    {"POST /api/v1/agent/trigger/tasks/{id}/trigger", "/api/v1/agent/trigger/tasks/t/trigger", "{}", 501},
    {"GET /api/v1/agent/trigger/runs", "/api/v1/agent/trigger/runs"},
    {"GET /api/v1/agent/trigger/runs/{id}", "/api/v1/agent/trigger/runs/r", nullptr, 404},
    {"POST /api/v1/agent/trigger/runs/{id}/cancel", "/api/v1/agent/trigger/runs/r/cancel", "{}", 501},
    {"POST /api/v1/agent/trigger/runs/{id}/replay", "/api/v1/agent/trigger/runs/r/replay", "{}", 501},
    {"GET /api/v1/agent/trigger/schedules", "/api/v1/agent/trigger/schedules"},
    {"POST /api/v1/agent/trigger/schedules", "/api/v1/agent/trigger/schedules", "{}", 501},
    {"POST /api/v1/agent/trigger/schedules/{id}/activate", "/api/v1/agent/trigger/schedules/s/activate", "{}", 501},
    {"POST /api/v1/agent/trigger/schedules/{id}/deactivate", "/api/v1/agent/trigger/schedules/s/deactivate", "{}", 501},
    {"DELETE /api/v1/agent/trigger/schedules/{id}", "/api/v1/agent/trigger/schedules/s", nullptr, 501},
    {"POST /api/v1/agent/trigger/batches/{id}", "/api/v1/agent/trigger/batches/b", "{}", 501},
    {"GET /api/v1/agent/trigger/batches/{id}", "/api/v1/agent/trigger/batches/b", nullptr, 404},
};

}  // namespace

std::vector<Step> further_steps() {
  std::vector<Step> steps;
  for (const auto* part : {&kProviderSteps, &kSkillSteps, &kUsageSteps, &kToolSteps, &kLaterSteps})
    steps.insert(steps.end(), part->begin(), part->end());
  return steps;
}

}  // namespace platos::tests
