// What the daemon and the helper platos-sandbox agree on. Constants only.
#pragma once

namespace platos::sandbox {

/// Where the helper binds folders of the host when it starts as root; hidden in a mount namespace of its own.
inline constexpr const char* kStageFolder = "/mnt";
/// The helper inside a sandbox.
inline constexpr const char* kHelperInside = "/run/platos-sandbox";

/// Records on the status socket: kReady with a descriptor of the sandbox's /proc, then, if the program cannot be run,
/// kNotRun and the errno as text. The end of the stream after kReady: the program runs.
inline constexpr char kReady = 'R';
inline constexpr char kNotRun = 'E';

/// What the helper exits with when it cannot confine; its reason is on standard error.
inline constexpr int kCannotConfine = 125;

}  // namespace platos::sandbox
