#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace icelight::catalog::testing {

/// An SQLite VFS over the default one that tells about calls and can refuse them.
///
/// Lifetime: connections opened through it are closed before it. One at a time in a process.
/// Thread safety: the hook is called on whatever thread SQLite runs on; set it while no
/// connection is open.
class FaultyVfs {
public:
    enum class Call { kWrite, kSync };
    enum class Verdict {
        kPass,
        kRefuse,        ///< The call does nothing and fails with an I/O error.
        kDoThenRefuse,  ///< The call is done, and yet fails with an I/O error.
        kFull,          ///< The call does nothing and says that the disk is full.
    };
    using Hook = std::function<Verdict(Call, std::string_view path)>;

    explicit FaultyVfs(Hook hook);
    ~FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;

    static std::string name() { return "icelight-faulty"; }
};

}  // namespace icelight::catalog::testing
