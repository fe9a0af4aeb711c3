#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "base/result.h"

/// One-way confinement of this process: what strangers' SQL runs in.
namespace icelight::query {

struct SandboxOptions {
    std::vector<std::filesystem::path> readable;  ///< Existing directories.
    std::vector<std::filesystem::path> readable_files;
    std::filesystem::path writable;    ///< An existing directory, readable too.
    std::uint64_t data_bytes_max = 0;  ///< RLIMIT_DATA; not set under a sanitizer.
    std::uint64_t file_bytes_max = 0;  ///< RLIMIT_FSIZE.
    bool requires_landlock = true;
    /// TCP sockets over IPv4 may connect to this port. Landlock sees ports since version 4, and
    /// never addresses: where nothing else must be reached, the process has to be in a network of
    /// its own (ChildOptions::is_isolated).
    std::optional<std::uint16_t> tcp_port;
    bool requires_own_network = true;  ///< With tcp_port: the trial fails elsewhere.
};

inline constexpr int kLandlockSeesPorts = 4;

/// Version of Landlock's interface in this kernel; 0: it has none, or it is switched off.
int landlock_version();

/// Confines the calling process, for good: resource limits, no core dumps, not traceable, no
/// capabilities, Landlock (only the directories above), seccomp (no sockets but those to tcp_port,
/// no processes, signals, executable memory, links, modes).
///
/// Landlock binds the calling thread and those it starts later: call it while there is only one.
/// @error kUnsupported  this kernel has no Landlock and requires_landlock; nothing was done.
/// @error kIo           a step was refused, or there are other threads; the process is half
///                      confined and must end.
Result<> enter_sandbox(const SandboxOptions& options);

/// Tries everything the sandbox is there to refuse, by bare system calls, and what must work. Files
/// are not tried when Landlock is not required.
///
/// @error kForbidden  names the first thing that was possible and must not be.
/// @error kIo         names the first thing that must work and does not.
Result<> test_sandbox(const SandboxOptions& options);

}  // namespace icelight::query
