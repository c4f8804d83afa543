// The program `platos`: its options and commands, and what a command line means.
#pragma once

namespace platos::cli {

/// Parses, carries out, reports. The exit code; nothing is thrown.
int run(int argc, char** argv);

}  // namespace platos::cli
