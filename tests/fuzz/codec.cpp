// The codec of a provider keeps its promises for every answer and every request. Linked with one plugin at a time.
#include <nlohmann/json.hpp>

#include "common/provider/testing/answer_promises.hpp"
#include "common/provider/testing/exchange_driver.hpp"
#include "fuzz/property.hpp"

using namespace platos;
using namespace platos::provider_common::testing;
using fuzz::require;

namespace {

void check_answer(const Plugin& plugin, const Answer& answer, std::string_view request) {
  const std::string problem = broken_promise(exchange(plugin, answer, request));
  require(problem.empty(), problem);
}

/// What goes to the vendor is JSON when the request is.
void check_request(const Plugin& plugin, std::string_view request) {
  const auto outcome = sdk::testing::run_exchange(plugin.instance, request, 200, {});
  require(outcome.status != PLATOS_OK && !outcome.error.message.empty(), "an exchange without an answer fails");
  const bool is_refused = outcome.body.empty();
  require(is_refused == (outcome.status == PLATOS_INVALID_ARGUMENT), "a bad request is refused before it is sent");
  if (!is_refused && nlohmann::json::accept(request)) {
    require(nlohmann::json::parse(outcome.body).is_object(), "the body that is sent is an object");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Plugin plugin;
  const std::string_view input = fuzz::text_of(data, size);
  check_answer(plugin, {.pieces = {input}}, kStreamRequest);
  check_answer(plugin, {.pieces = {input}}, kWholeRequest);
  check_answer(plugin, {.http_status = 429, .pieces = fuzz::cut(input, 2)}, kStreamRequest);
  check_request(plugin, input);
  return 0;
}
