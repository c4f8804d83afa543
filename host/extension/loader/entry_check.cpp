#include "extension/loader/entry_check.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/text.hpp"

namespace platos::extension {
namespace {

constexpr std::uint32_t kMaxStructBytes = 4096;
constexpr std::uint32_t kMaxComponents = 64;

tl::unexpected<Error> incompatible(const std::string& what) {
  return fail(ErrorKind::FailedPrecondition, "incompatible", what);
}

std::string safe(const char* text) {
  return text == nullptr ? std::string() : base::printable({text, ::strnlen(text, 200)}, 200);
}

}  // namespace

Result<void> check_sdk(std::int64_t generation, std::int64_t min_minor) {
  if (generation != PLATOS_SDK_GENERATION) {
    return incompatible("built for SDK generation " + std::to_string(generation) + ", this host has generation " +
                        std::to_string(PLATOS_SDK_GENERATION));
  }
  if (min_minor > PLATOS_SDK_MINOR) {
    return incompatible("needs SDK " + std::to_string(generation) + "." + std::to_string(min_minor) +
                        ", this host has " + PLATOS_SDK_VERSION +
                        "; install a newer Platos, or build the plugin with a smaller SDK_TARGET");
  }
  return {};
}

Result<void> check_entry(const platos_plugin_entry_t& entry) {
  if (entry.magic != PLATOS_PLUGIN_MAGIC)
    return incompatible("the entry does not begin with the magic number of a Platos plugin");
  if (auto fits = check_sdk(entry.generation, entry.min_host_minor); !fits) return fits;
  if (entry.struct_size < sizeof(platos_plugin_entry_t) || entry.struct_size > kMaxStructBytes) {
    return incompatible("the entry says it has " + std::to_string(entry.struct_size) + " bytes; expected " +
                        std::to_string(sizeof(platos_plugin_entry_t)) + " to " + std::to_string(kMaxStructBytes));
  }
  if (entry.plugin_id == nullptr || entry.plugin_version == nullptr || entry.component_count == nullptr ||
      entry.component_at == nullptr) {
    return incompatible("the entry lacks an id, a version or its components");
  }
  return {};
}

Result<void> check_identity(const platos_plugin_entry_t& entry, const Manifest& manifest) {
  const std::string id = safe(entry.plugin_id);
  const std::string version = safe(entry.plugin_version);
  if (id != manifest.id || version != manifest.version) {
    return fail(
        ErrorKind::FailedPrecondition, "id_mismatch",
        "the library says " + id + " " + version + ", the manifest says " + manifest.id + " " + manifest.version);
  }
  for (const auto& component : manifest.components) {
    const auto* found = find_component(entry, component.id);
    if (found == nullptr || component.interface_id != safe(found->interface_id)) {
      return fail(ErrorKind::FailedPrecondition, "id_mismatch",
                  "the manifest lists component \"" + base::printable(component.id) + "\" with " +
                      component.interface_id + ", the library has none that fits");
    }
  }
  return {};
}

const platos_component_t* find_component(const platos_plugin_entry_t& entry, std::string_view id) {
  const std::uint32_t count = std::min(entry.component_count(), kMaxComponents);
  for (std::uint32_t i = 0; i < count; ++i) {
    const platos_component_t* component = entry.component_at(i);
    if (component == nullptr || component->struct_size < sizeof(platos_component_t) ||
        component->struct_size > kMaxStructBytes)
      continue;
    const bool whole = component->id != nullptr && component->interface_id != nullptr && component->create != nullptr &&
                       component->destroy != nullptr && component->get_interface != nullptr;
    if (whole && id == component->id) return component;
  }
  return nullptr;
}

std::vector<std::string> both(const std::vector<std::string>& asked, const std::vector<std::string>& granted) {
  std::vector<std::string> common;
  std::copy_if(asked.begin(), asked.end(), std::back_inserter(common), [&](const std::string& each) {
    return std::find(granted.begin(), granted.end(), each) != granted.end();
  });
  return common;
}

Result<std::string> sha256_of_file(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return fail(ErrorKind::NotFound, "file_not_readable", path + ": cannot be read");
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr);
  std::array<char, 64 * 1024> buffer;
  while (stream.read(buffer.data(), buffer.size()), stream.gcount() > 0) {
    EVP_DigestUpdate(digest.get(), buffer.data(), static_cast<std::size_t>(stream.gcount()));
  }
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_DigestFinal_ex(digest.get(), hash, &size);
  return base::to_hex({reinterpret_cast<const char*>(hash), size});
}

}  // namespace platos::extension
