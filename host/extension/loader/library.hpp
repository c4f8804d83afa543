// A loaded plugin library. The only place that uses Boost.DLL to load.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "platos/entry.h"

namespace platos::extension {

/// Never unmapped: threads, thread-local destructors and static data of a plugin may live as long as the process.
class Library {
 public:
  /// Loads with all symbols resolved and none shared. FailedPrecondition "load_failed" with the linker's text.
  static Result<std::shared_ptr<Library>> load(const std::string& path);

  const platos_plugin_entry_t& entry() const { return *entry_; }

 private:
  explicit Library(const platos_plugin_entry_t* entry) : entry_(entry) {}
  const platos_plugin_entry_t* entry_;
};

}  // namespace platos::extension
