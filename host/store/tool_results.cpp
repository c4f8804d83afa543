#include "store/tool_results.hpp"

#include "store/rows.hpp"

namespace platos::store {
namespace {
constexpr std::string_view kWholeText = "tool_results.text";
}  // namespace

void ToolResults::put(const model::Scope& scope, const std::string& run_id, const std::string& call_id,
                      std::string_view text, std::int64_t now_us) {
  const std::string at = run_id + "/" + call_id;
  session_.send(scope,
                "INSERT INTO tool_results (env_id, run_id, call_id, text, bytes, created_us) VALUES ($1, $2, $3, $4, "
                "$5, $6) ON CONFLICT (env_id, run_id, call_id) DO UPDATE SET text = excluded.text, bytes = "
                "excluded.bytes, created_us = excluded.created_us",
                {scope.environment_id, run_id, call_id, Sealed{text, place(scope, kWholeText, at)},
                 static_cast<std::int64_t>(text.size()), now_us});
}

std::optional<WholeResult> ToolResults::get(const model::Scope& scope, const std::string& run_id,
                                            const std::string& call_id) {
  const std::string at = run_id + "/" + call_id;
  return first_row<WholeResult>(
      session_, scope,
      "SELECT text, bytes, created_us FROM tool_results WHERE env_id = $1 AND run_id = $2 AND call_id = $3",
      {scope.environment_id, run_id, call_id}, [&](const Row& row) {
        return WholeResult{row.unsealed(0, place(scope, kWholeText, at)), row.integer(1), row.integer(2)};
      });
}

}  // namespace platos::store
