#pragma once

#include "base/result.h"

namespace icelight::query {

/// Binds all threads of this process to the system calls a query needs. The rest fails with EPERM,
/// which the engine turns into an ordinary error; what no honest query can reach ends the process.
///
/// @param has_tcp  stream sockets over IPv4 can be made and connected: not bound, not listened
///                 on, no fast open.
/// Needs PR_SET_NO_NEW_PRIVS. @error kIo  the kernel refused; the process must end.
Result<> load_seccomp_filter(bool has_tcp);

}  // namespace icelight::query
