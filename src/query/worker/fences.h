#pragma once

namespace icelight::query {

/// What stands between strangers' SQL and the machine. The product has all of them always; the
/// escape tests take some away, to see that each holds alone and that without any the escapes
/// succeed.
struct Fences {
    bool has_gate = true;             ///< One SELECT, by the parsed tree (gate/gate.h).
    bool has_locked_settings = true;  ///< No external access, configuration locked.
    bool has_sandbox = true;          ///< Landlock, seccomp, resource limits (sandbox.h).
};

}  // namespace icelight::query
