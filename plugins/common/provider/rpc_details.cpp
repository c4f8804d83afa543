#include "common/provider/rpc_details.hpp"

#include "common/provider/retry_after.hpp"
#include "common/provider/safe_text.hpp"

namespace platos::provider_common {
namespace {

constexpr std::size_t kMaxReasonCharacters = 64;

/// A duration as protobuf writes it: "13s", "13.512s".
std::optional<std::int64_t> parse_delay_ms(std::string_view text) {
  if (!text.ends_with('s')) return {};
  constexpr std::int64_t kNoClock = 0;
  return parse_retry_after_ms(text.substr(0, text.size() - 1), kNoClock);
}

void read_detail(ondemand::object detail, RpcDetails& details) {
  for_each_member(detail, [&](std::string_view key, ondemand::value& value) {
    if (value.type().take_value() != ondemand::json_type::string) return;
    if (key == "reason") {
      details.reason = one_line(value.get_string().take_value(), kMaxReasonCharacters);
    } else if (key == "retryDelay") {
      details.retry_delay_ms = parse_delay_ms(value.get_string().take_value());
    }
  });
}

}  // namespace

void read_rpc_details(ondemand::value& value, RpcDetails& details) {
  if (value.type().take_value() != ondemand::json_type::array) return;
  for_each_item(array_at(value, "error.details"), [&](ondemand::value& detail) {
    if (detail.type().take_value() == ondemand::json_type::object) {
      read_detail(object_at(detail, "error.details[]"), details);
    }
  });
}

}  // namespace platos::provider_common
