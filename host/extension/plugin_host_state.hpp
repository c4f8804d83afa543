// What PluginHost knows of each plugin and instance. Private to its two sources.
#pragma once

#include <memory>
#include <string>

#include "extension/loader/library.hpp"
#include "extension/plugin_host.hpp"

namespace platos::extension {

struct PluginHost::Plugin {
  PluginInfo info;
  Manifest manifest;
  std::shared_ptr<Library> library;
  std::shared_ptr<HostTable> host;  // of init(); shared with a thread that may hang in it

  void stop_at(const std::string& state, const std::string& error) {
    info.state = state;
    info.error = error;
  }
};

struct PluginHost::Made {
  InstanceInfo info;
  std::string plugin_id;
  std::string error_code;  // of lookups, when it cannot be used
  std::shared_ptr<Instance> instance;
  std::shared_ptr<ports::ChatProvider> provider;
  std::shared_ptr<ports::ToolSource> skill;
  std::shared_ptr<ports::Embedder> embedder;
  std::shared_ptr<ports::ImageMaker> image;
  std::shared_ptr<ports::MemoryStore> memory;
  std::shared_ptr<ports::Governor> governor;
  std::shared_ptr<ports::Observer> observer;
};

}  // namespace platos::extension
