// How an agent finds tools that its requests do not list: find_tools, execute_tools, and what the prompt says of them.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "base/worker_pool.hpp"
#include "model/tool.hpp"
#include "model/tool_rules.hpp"
#include "ports/plugin_directory.hpp"
#include "tools/search_index.hpp"
#include "tools/tool_set.hpp"

namespace platos::tools {

/// Instance of find_tools and execute_tools. The first is the catalogue's to run, the second the dispatcher's: each of
/// its calls is one like any other.
inline constexpr const char* kDiscoveryInstance = "platos.tools";
inline constexpr const char* kFindTools = "find_tools";
inline constexpr const char* kExecuteTools = "execute_tools";
/// Calls in one execute_tools.
inline constexpr std::size_t kMaxExecuted = 32;

const model::Tool& find_tools_tool();
/// {calls: [{tool, params | arguments | args, purpose?}]}; "tool" is a model name.
const model::Tool& execute_tools_tool();

/// The block "Available tool categories" of the system prompt: how many tools of which category there are, most first,
/// at most 40 of them.
std::string category_summary(const std::vector<const model::Tool*>& tools, const model::ToolsBlock& block);

/// What the product says of a category that it knows; empty for others.
std::string default_description(const std::string& category);

/// What a source wrote as one line of a prompt, cut, whatever it wrote.
std::string one_line(std::string_view text);

struct SearchAnswer {
  std::vector<SearchHit> hits;
  bool by_meaning = false;  ///< vectors had their say, too
};

/// Indexes of tools and vectors of their texts, kept for the next search. Internally synchronised.
class Discovery {
 public:
  /// `embedder`: an instance; empty: by words alone. One that fails, or is late, is done without.
  Discovery(const ports::PluginDirectory& plugins, std::string embedder)
      : plugins_(plugins), embedder_(std::move(embedder)) {}

  Task<SearchAnswer> search(base::Loop& loop, ports::CallContext context, std::vector<model::SharedTool> tools,
                            std::string query, std::size_t limit, base::CancelToken cancel);

 private:
  using Index = std::shared_ptr<const SearchIndex>;
  Task<Index> index_of(base::Loop& loop, const std::vector<model::SharedTool>& tools);
  Index known_index(std::uint64_t print, std::size_t size);
  Index make_index(std::uint64_t print, const std::vector<model::SharedTool>& tools);
  Task<std::vector<SearchHit>> by_meaning(ports::CallContext context, std::vector<const model::Tool*> tools,
                                          std::string query, base::CancelToken cancel);
  Task<Result<std::vector<ports::Vector>>> vectors_of(std::shared_ptr<ports::Embedder> embedder,
                                                      ports::CallContext context, std::vector<std::string> texts,
                                                      base::CancelToken cancel);

  const ports::PluginDirectory& plugins_;
  std::string embedder_;
  std::mutex mutex_;
  std::list<std::pair<std::uint64_t, Index>> indexes_;  // the newest first
  std::map<std::string, ports::Vector> vectors_;        // by embedder and text's digest

  static constexpr std::size_t kMaxUnmade = 1000;
  base::WorkerPool makers_{"tool-index", 1, kMaxUnmade};  // last: its work uses the others
};

}  // namespace platos::tools
