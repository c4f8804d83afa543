// platos-sandbox: what stands between bubblewrap and a program that nobody has read. Run by platosd only.
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "helper.hpp"
#include "protocol.hpp"

namespace platos::sandbox {

void give_up(const char* what) {
  ::dprintf(STDERR_FILENO, "platos-sandbox: %s: %s\n", what, std::strerror(errno));
  ::_exit(kCannotConfine);
}

unsigned long long number_of(const char* text) {
  char* end = nullptr;
  errno = EINVAL;
  if (text == nullptr || *text < '0' || *text > '9') give_up("a number is missing");
  const unsigned long long number = std::strtoull(text, &end, 10);
  if (*end != '\0') give_up(text);
  return number;
}

}  // namespace platos::sandbox

int main(int count, char** arguments) {
  if (count > 2 && std::strcmp(arguments[1], "start") == 0) platos::sandbox::start(arguments + 2);
  if (count > 2 && std::strcmp(arguments[1], "enter") == 0) platos::sandbox::enter(arguments + 2);
  ::dprintf(STDERR_FILENO, "platos-sandbox: run by platosd, not by hand\n");
  return 2;
}
