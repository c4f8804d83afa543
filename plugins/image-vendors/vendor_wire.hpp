// What the image wires have in common with the chat wires: refusals, waiting times, JSON reading.
#pragma once

#include "common/provider/answer_head.hpp"
#include "common/provider/config_reading.hpp"
#include "common/provider/json_reading.hpp"
#include "common/provider/safe_text.hpp"
#include "common/provider/vendor_error.hpp"

namespace platos::image_vendors {

namespace wire = platos::provider_common;

}  // namespace platos::image_vendors
