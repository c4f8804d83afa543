// JSON text that is passed on as it came: checked like what parse_bounded reads, without making a document of it.
#pragma once

#include <string>
#include <string_view>

#include "model/json.hpp"

namespace platos::model {

/// The same JSON on one line, no member of an object named twice: two readers would take two values for it. A text that
/// is so already is given back unchanged; another is made anew, the last of equal names kept. Errors of parse_bounded.
/// Any thread.
Result<std::string> one_line(std::string_view text, std::string_view what, const JsonLimits& limits = {});

}  // namespace platos::model
