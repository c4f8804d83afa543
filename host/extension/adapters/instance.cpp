#include "extension/adapters/instance.hpp"

#include "base/text.hpp"
#include "extension/loader/manifest.hpp"

namespace platos::extension {
namespace {
constexpr std::uint32_t kMaxTableBytes = 4096;
}

Instance::Instance(std::string name, std::string plugin_id, std::shared_ptr<Library> library,
                   const platos_component_t* component, std::shared_ptr<HostTable> host, platos_instance_t* handle,
                   base::Logger& logger, Watchdog& watchdog)
    : name_(std::move(name)),
      plugin_id_(std::move(plugin_id)),
      library_(std::move(library)),
      component_(component),
      host_(std::move(host)),
      handle_(handle),
      logger_(logger),
      watchdog_(watchdog) {}

Instance::~Instance() {
  // A plugin that hangs or broke the contract is not called again, not even to end it.
  if (failed_) return;
  call_plugin([this] { return component_->destroy(handle_), PLATOS_OK; },
              [this](const char* what) {
                logger_.error("extension", "destroy() broke the contract", {{"instance", name_}, {"reason", what}});
              });
}

Result<void> Instance::check_size(std::uint32_t size, std::size_t least, const char* interface_id) {
  if (size >= least && size <= kMaxTableBytes) return {};
  return fail(ErrorKind::Internal, "plugin_breach",
              std::string(interface_id) + ": the table says it has " + std::to_string(size) + " bytes; expected " +
                  std::to_string(least) + " to " + std::to_string(kMaxTableBytes));
}

std::string Instance::plugin_version() const {
  const char* version = library_->entry().plugin_version;
  return version == nullptr ? "" : version;
}

Error Instance::switched_off() const {
  return {ErrorKind::FailedPrecondition, "plugin_failed", name_ + ": " + failure(), false, 0, {}};
}

tl::unexpected<Error> Instance::breach(const std::string& what) {
  fail_for_good(what);
  return fail(ErrorKind::Internal, "plugin_breach", name_ + ": " + what);
}

Result<void> Instance::may_reach(std::string_view url) const {
  if (url_matches(host_->http_patterns(), url)) return {};
  return fail(ErrorKind::PermissionDenied, "url_not_granted",
              name_ + ": " + base::printable(url, 200) + " matches no pattern that manifest and grant both allow");
}

void Instance::fail_for_good(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (failed_.exchange(true)) return;
    failure_ = reason;
  }
  logger_.error("extension", "a plugin instance was switched off",
                {{"plugin", plugin_id_}, {"instance", name_}, {"reason", reason}});
}

std::string Instance::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

}  // namespace platos::extension
