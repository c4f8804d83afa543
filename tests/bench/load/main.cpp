// platos_bench_load: see --help.
#include <sys/resource.h>

#include <cstdio>
#include <exception>

#include "load/generator.hpp"

namespace {

void allow_many_connections() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int run(const platos::bench::Options& options) {
  if (options.help) {
    std::fputs(platos::bench::help_text(), stdout);
    return 0;
  }
  allow_many_connections();
  platos::bench::Generator generator(options);
  auto seen = generator.run();
  std::puts(platos::bench::report_line(options, seen).c_str());
  return seen.errors.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  platos::bench::Options options;
  try {
    options = platos::bench::parse_options({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "platos_bench_load: %s\n", error.what());
    return 2;
  }
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "platos_bench_load: %s\n", error.what());
    return 3;
  }
}
