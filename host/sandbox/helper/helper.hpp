// The two lives of the helper. One thread, no allocation that matters, ends by exec or _exit.
#pragma once

namespace platos::sandbox {

/// Prints "what: reason of errno" and exits with kCannotConfine.
[[noreturn]] void give_up(const char* what);

/// The number in `text`; gives up on anything else.
unsigned long long number_of(const char* text);

/// Lets this process and its children see and change only what they may: files below `read_only` (a null-terminated
/// list) are readable, the places that a sandbox has for writing are writable, no TCP, no signal and no abstract socket
/// to the outside. Does nothing where the kernel has no Landlock.
void confine_files(const char* const* read_only);

/// As root, outside: start UID GID COUNT SOURCE... PROGRAM ARGUMENT...
/// Binds the sources to kStageFolder/0, /1 ... in a mount namespace of its own, becomes UID and GID, runs PROGRAM.
[[noreturn]] void start(char** arguments);

/// Inside: enter STATUS CPU_S DATA_BYTES FILE_BYTES PROCESSES OPEN_FILES READ_ONLY... -- PROGRAM ARGUMENT...
/// Sets limits, confines files, closes all descriptors but the first three, reports on STATUS, runs PROGRAM.
[[noreturn]] void enter(char** arguments);

}  // namespace platos::sandbox
