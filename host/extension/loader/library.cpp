#include "extension/loader/library.hpp"

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>
#include <vector>

#include "extension/loader/elf_check.hpp"

namespace platos::extension {

Result<std::shared_ptr<Library>> Library::load(const std::string& path) {
  using boost::dll::load_mode::rtld_local;
  using boost::dll::load_mode::rtld_now;
  try {
    // Kept for the life of the process on purpose: see the class comment. Loading is serialised by PluginHost.
    static auto& kept = *new std::vector<std::unique_ptr<boost::dll::shared_library>>;
    kept.push_back(std::make_unique<boost::dll::shared_library>(boost::dll::fs::path(path), rtld_now | rtld_local));
    const auto& entry = kept.back()->get<const platos_plugin_entry_t>(std::string(kEntrySymbol));
    return std::shared_ptr<Library>(new Library(&entry));
  } catch (const std::exception& error) {
    return fail(ErrorKind::FailedPrecondition, "load_failed", path + ": " + error.what());
  }
}

}  // namespace platos::extension
