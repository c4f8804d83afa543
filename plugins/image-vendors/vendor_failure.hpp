// What a vendor's refusal means for an image: a status, and a word that the host knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "platos/cpp/error.hpp"

namespace platos::image_vendors {

/// A refusal as the shared reader of refusals understood it.
struct Refusal {
  sdk::Error error;
  bool is_retryable = false;
  std::optional<std::int64_t> retry_after_ms;
};

/// With what its detail says of asking again.
Refusal as_it_is(const sdk::Error& error);

/// Of a submission. Adds what only images have: "content_policy", "quota", "size" and "model" as the detail's "reason",
/// and keys that are refused with 403. `model` is named when the vendor has it no more.
Refusal understood(const sdk::Error& error, const std::string& model);

/// The vendor's own safety system took the prompt or the image back.
sdk::Error moderated(const std::string& base_url, const std::string& status);

}  // namespace platos::image_vendors
