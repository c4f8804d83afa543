// What one run of the load generator does, from its command line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load/turn_watch.hpp"

namespace platos::bench {

struct Options {
  Wire wire = Wire::Unspecified;
  std::uint16_t port = 0;  ///< on 127.0.0.1
  std::string name;        ///< repeated in the report
  std::string model;       ///< of a vendor
  std::string agent;       ///< of platosd
  std::string key;         ///< of platosd
  int clients = 1;
  double seconds = 10;     ///< at most
  std::int64_t turns = 0;  ///< at most, of all clients together; 0: as many as the time allows
  int turns_per_thread = 4;
  int tokens = 16;             ///< a good turn shows this many stamps; 0: any number
  bool hold = false;           ///< one turn a client, then it stays away
  std::int64_t spread_ms = 0;  ///< over which the clients start
  std::int64_t turn_timeout_ms = 60'000;
  std::vector<int> pids;  ///< measured, with their descendants
  bool help = false;
};

/// The text of --help.
const char* help_text();

/// Throws std::invalid_argument with a message that names the flag.
Options parse_options(const std::vector<std::string>& arguments);

}  // namespace platos::bench
