// generate_image: a picture by one of the image plugins, kept as a file in the thread's workspace.
#pragma once

#include <string>
#include <vector>

#include "base/worker_pool.hpp"
#include "ports/image_maker.hpp"
#include "ports/tool_source.hpp"
#include "sandbox/sandbox.hpp"
#include "skills/skills.hpp"

namespace platos::skills {

/// Immutable; found like an instance of a skill plugin. Which models there are is read when it is made: the instances
/// of image plugins, by name.
///
/// An environment that has the variable which an instance takes its key from pays with its own key; the operator's
/// serves the others. Nothing is asked of a vendor before it is sure that the picture can be kept.
class ImageTools final : public ports::ToolSource {
 public:
  static constexpr const char* kInstance = "images";
  static constexpr const char* kGenerate = "generate_image";

  /// Everything outlives this. `workers`: where files are written.
  ImageTools(const ports::ImageDirectory& directory, Skills& skills, sandbox::Sandbox& sandbox,
             base::WorkerPool& workers);

  const std::string& instance() const override { return instance_; }
  /// Empty when there is no image plugin.
  const std::vector<model::Tool>& tools() const override { return tools_; }
  /// {"path", "mimeType", "width", "height", "bytes", "model", "vendorModel", "costCents"?, "revisedPrompt"?}. Errors
  /// of ImageMaker::make(), of the workspace ("workspace_needs_thread", "workspace_full", "workspace_blocked"), and
  /// InvalidArgument "invalid_field".
  Task<Result<std::string>> invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                   base::CancelToken cancel) override;

 private:
  struct Wanted;
  Result<Wanted> read(const std::string& arguments_json) const;
  Result<ports::ImageMakerDescription> maker_called(const std::string& name) const;
  Task<Result<std::map<std::string, std::string, std::less<>>>> keys_of(base::Loop& loop, model::Scope scope,
                                                                        ports::ImageMakerDescription maker) const;
  Task<Result<std::string>> workspace_of(base::Loop& loop, ports::CallContext context) const;
  Task<Result<std::string>> keep(base::Loop& loop, std::string workspace, std::string stem,
                                 std::shared_ptr<const ports::GeneratedImage> image) const;

  const ports::ImageDirectory& directory_;
  Skills& skills_;
  sandbox::Sandbox& sandbox_;
  base::WorkerPool& workers_;
  std::string instance_ = kInstance;
  std::vector<model::Tool> tools_;
};

}  // namespace platos::skills
