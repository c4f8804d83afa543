// The host table's service seal.
#include "base/text.hpp"
#include "extension/services/call.hpp"
#include "extension/services/host_table.hpp"
#include "secrets/cipher.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxSealableBytes = 16 * 1024 * 1024;
constexpr std::size_t kMaxPlaceBytes = 1024;
constexpr std::size_t kMaxTokens = 1 << 20;

bool is_whole(platos_slice_t slice, std::size_t max_bytes) {
  return slice.size <= max_bytes && (slice.data != nullptr || slice.size == 0);
}

std::string_view text_of(platos_slice_t slice) {
  return slice.data == nullptr ? "" : std::string_view(slice.data, slice.size);
}

bool is_callable(const platos_call_t* call, const platos_writer_t* writer) {
  return call != nullptr && writer != nullptr && writer->write != nullptr;
}

// Another instance keeps other texts: what one sealed opens for no other.
std::string column_of(const std::string& instance, platos_slice_t place) {
  return "plugin/" + instance + "/" + std::string(text_of(place));
}

}  // namespace

void HostTable::fill_seal() {
  seal_table_.struct_size = sizeof seal_table_;
  seal_table_.seal = [](const platos_host_t* self, platos_call_t* call, platos_slice_t place, platos_slice_t text,
                        const platos_writer_t* writer, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).seal(call, place, text, writer, error);
  };
  seal_table_.open = [](const platos_host_t* self, platos_call_t* call, platos_slice_t place, platos_slice_t sealed,
                        const platos_writer_t* writer, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).open(call, place, sealed, writer, error);
  };
  seal_table_.hash = [](const platos_host_t* self, platos_call_t* call, const platos_slice_t* tokens, std::size_t count,
                        const platos_writer_t* writer, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).hash(call, tokens, count, writer, error);
  };
}

std::int32_t HostTable::check_key(const platos_call_t& call, platos_error_t* error) const {
  if (services_.keys->has_key_for(call.context.scope.organization_id)) return PLATOS_OK;
  return refuse(error, PLATOS_UNAVAILABLE, "seal: the organization's key is not there yet; try again");
}

std::int32_t HostTable::seal(const platos_call_t* call, platos_slice_t place, platos_slice_t text,
                             const platos_writer_t* writer, platos_error_t* error) const {
  if (!is_callable(call, writer) || !is_whole(place, kMaxPlaceBytes) || !is_whole(text, kMaxSealableBytes))
    return refuse(error, PLATOS_INVALID_ARGUMENT,
                  "seal: expected a call, a writer, a place of at most 1 KiB and 16 MiB of text");
  if (const auto status = check_key(*call, error); status != PLATOS_OK) return status;
  const model::Scope& scope = call->context.scope;
  const std::string column = column_of(label_, place);
  const std::string sealed =
      services_.keys->seal(scope.organization_id, {column, scope.environment_id, {}}, text_of(text));
  return writer->write(writer->context, slice_of(sealed));
}

std::int32_t HostTable::open(const platos_call_t* call, platos_slice_t place, platos_slice_t sealed,
                             const platos_writer_t* writer, platos_error_t* error) const {
  if (!is_callable(call, writer) || !is_whole(place, kMaxPlaceBytes) ||
      !is_whole(sealed, kMaxSealableBytes + PLATOS_SEAL_OVERHEAD_BYTES))
    return refuse(error, PLATOS_INVALID_ARGUMENT,
                  "open: expected a call, a writer, a place of at most 1 KiB and a sealed text");
  const std::string column = column_of(label_, place);
  auto text = services_.keys->open({column, call->context.scope.environment_id, {}}, text_of(sealed));
  if (!text) return refuse(error, PLATOS_DATA_LOSS, "open: " + text.error().message);
  const auto status = writer->write(writer->context, slice_of(*text));
  base::wipe(*text);
  return status;
}

std::int32_t HostTable::hash(const platos_call_t* call, const platos_slice_t* tokens, std::size_t count,
                             const platos_writer_t* writer, platos_error_t* error) const {
  if (!is_callable(call, writer) || count > kMaxTokens || (count > 0 && tokens == nullptr))
    return refuse(error, PLATOS_INVALID_ARGUMENT, "hash: expected a call, a writer and at most 1,048,576 tokens");
  if (const auto status = check_key(*call, error); status != PLATOS_OK) return status;
  const model::Scope& scope = call->context.scope;
  const std::string key =
      secrets::keyed_hash(services_.keys->token_key(scope.organization_id), scope.environment_id + '/' + label_);
  std::string hashes;
  hashes.reserve(count * PLATOS_SEAL_HASH_BYTES);
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_whole(tokens[i], kMaxSealableBytes))
      return refuse(error, PLATOS_INVALID_ARGUMENT, "hash: a token has no data, or over 16 MiB of it");
    hashes.append(secrets::keyed_hash(key, text_of(tokens[i])), 0, PLATOS_SEAL_HASH_BYTES);
  }
  return writer->write(writer->context, slice_of(hashes));
}

}  // namespace platos::extension
