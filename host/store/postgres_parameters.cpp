// What libpq reads from a URL, as Poco's connector wants it.
#include <libpq-fe.h>

#include <memory>

#include "base/text.hpp"
#include "store/postgres_session.hpp"

namespace platos::store {
namespace {

tl::unexpected<Error> invalid(const std::string& why) {
  return fail(ErrorKind::InvalidArgument, "invalid_store_url",
              "store.url: " + why + "; expected postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full");
}

std::string quoted(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace

Result<std::string> postgres_parameters(const PostgresOptions& options) {
  const std::string_view url = options.url;
  if (!url.starts_with("postgresql://") && !url.starts_with("postgres://")) return invalid("no PostgreSQL URL");
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> parsed(
      PQconninfoParse(options.url.c_str(), &message), PQconninfoFree);
  const std::unique_ptr<char, void (*)(void*)> owned(message, PQfreemem);
  // libpq's message may repeat the password.
  if (parsed == nullptr) return invalid("not a valid URL");
  std::string parameters = "client_encoding='UTF8'";
  bool names_application = false;
  for (const auto* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr || *option->val == '\0') continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "client_encoding" || keyword == "connect_timeout") continue;
    if (std::string_view(option->val).find(' ') != std::string_view::npos) {
      return invalid("the value of " + std::string(keyword) +
                     " has a space, which the driver cannot pass on; a password with spaces belongs into a passfile");
    }
    names_application = names_application || keyword == "application_name";
    parameters += " " + std::string(keyword) + "=" + quoted(option->val);
  }
  if (!names_application) parameters += " application_name='platos'";
  return parameters;
}

}  // namespace platos::store
