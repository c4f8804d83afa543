// platos: the command line client.
#include "cli/app.hpp"

int main(int argc, char** argv) { return platos::cli::run(argc, argv); }
