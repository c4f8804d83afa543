// Parallel's HTTP API: what is sent, and the answers as tools give them to a model.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json_api.hpp"

namespace platos::skill_parallel {

/// Bound to one call. All functions throw as plugin_common::ask_json() does. Texts are UTF-8 and cut to bounds.
class ParallelApi {
 public:
  ParallelApi(const sdk::Host& host, const sdk::Call& call, const std::string& base_url)
      : host_(host), call_(call), base_url_(base_url) {}

  /// {"searchId", "results": [{"url", "title", "publishDate"?, "excerpts": []}]}
  nlohmann::ordered_json search(const std::string& objective, const std::vector<std::string>& queries) const;

  /// {"results": [{"url", "title", "excerpts": []}], "errors": [{"url", "error", "status"?}]}
  nlohmann::ordered_json extract(const std::vector<std::string>& urls, const std::string& objective) const;

  /// Starts a task; its run id. `output_schema`: as the API has it.
  std::string start_task(const std::string& instructions, const nlohmann::json& output_schema,
                         const std::string& processor) const;

  /// Waits for the result of a task at the service, up to about `wait_ms`; nothing while the task goes on.
  /// {"runId", "status": "completed", "output", "basis"?}. Throws sdk::Error(ABORTED) when the task has failed.
  std::optional<nlohmann::ordered_json> result(const std::string& run_id, std::int64_t wait_ms) const;

 private:
  plugin_common::JsonRequest request(std::string_view path) const;
  nlohmann::json ask(const plugin_common::JsonRequest& request) const;
  std::string status_of(const std::string& run_id) const;

  const sdk::Host& host_;
  const sdk::Call& call_;
  const std::string& base_url_;
};

/// Whether a text can be the id of a run: letters, digits, "_" and "-", so that it is one segment of a path.
bool is_run_id(std::string_view text) noexcept;

}  // namespace platos::skill_parallel
