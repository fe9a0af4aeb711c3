#include "query/sandbox/sandbox.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "base/errno_text.h"
#include "base/shadow_memory.h"
#include "base/unique_fd.h"
#include "query/sandbox/seccomp_filter.h"

namespace icelight::query {
namespace {

// Debian 12's headers end at version 2 of Landlock: the rest by number
// (Linux, Documentation/userspace-api/landlock.rst).
constexpr long kLandlockCreateRuleset = 444;
constexpr long kLandlockAddRule = 445;
constexpr long kLandlockRestrictSelf = 446;
constexpr unsigned kCreateRulesetVersion = 1;
constexpr int kRulePathBeneath = 1;
constexpr int kRuleNetPort = 2;

constexpr std::uint64_t kWriteFile = 1u << 1;
constexpr std::uint64_t kReadFile = 1u << 2;
constexpr std::uint64_t kReadDirectory = 1u << 3;
constexpr std::uint64_t kRemoveDirectory = 1u << 4;
constexpr std::uint64_t kRemoveFile = 1u << 5;
constexpr std::uint64_t kMakeDirectory = 1u << 7;
constexpr std::uint64_t kMakeRegular = 1u << 8;
constexpr std::uint64_t kFirstVersion = (1u << 13) - 1;
constexpr std::uint64_t kRefer = 1u << 13;        // version 2
constexpr std::uint64_t kTruncate = 1u << 14;     // version 3
constexpr std::uint64_t kIoctlDevice = 1u << 15;  // version 5
constexpr std::uint64_t kBindAndConnectTcp = 3;   // version 4
constexpr std::uint64_t kConnectTcp = 2;
constexpr std::uint64_t kScopes = 3;  // version 6: abstract sockets, signals

constexpr rlim_t kOpenFilesMax = 4096;
constexpr int kCapabilitiesMax = 64;

struct RulesetAttributes {
    std::uint64_t files;
    std::uint64_t network;
    std::uint64_t scoped;
};

struct PathRule {
    std::uint64_t access;
    std::int32_t path_fd;
} __attribute__((packed));

struct PortRule {
    std::uint64_t access;
    std::uint64_t port;
};

tl::unexpected<Error> refused(std::string_view what) {
    return fail(ErrorCode::kIo, fmt::format("sandbox: {}: {}", what, errno_text(errno)));
}

Result<> add_rule(int ruleset, const std::filesystem::path& path, std::uint64_t access) {
    const UniqueFd opened(::open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!opened.is_open()) return refused(path.native());
    const PathRule rule{access, opened.number()};
    if (::syscall(kLandlockAddRule, ruleset, kRulePathBeneath, &rule, 0U) != 0) {
        return refused("landlock_add_rule");
    }
    return {};
}

Result<> enter_landlock(const SandboxOptions& options, int version) {
    RulesetAttributes handled{kFirstVersion, 0, 0};
    std::size_t bytes = sizeof(handled.files);
    if (version >= 2) handled.files |= kRefer;
    if (version >= 3) handled.files |= kTruncate;
    if (version >= kLandlockSeesPorts) {
        handled.network = kBindAndConnectTcp;
        bytes += sizeof(handled.network);
    }
    if (version >= 5) handled.files |= kIoctlDevice;
    if (version >= 6) {
        handled.scoped = kScopes;
        bytes += sizeof(handled.scoped);
    }
    const UniqueFd ruleset(
        static_cast<int>(::syscall(kLandlockCreateRuleset, &handled, bytes, 0U)));
    if (!ruleset.is_open()) return refused("landlock_create_ruleset");
    constexpr std::uint64_t kRead = kReadFile | kReadDirectory;
    constexpr std::uint64_t kWrite =
        kWriteFile | kRemoveFile | kRemoveDirectory | kMakeDirectory | kMakeRegular;
    for (const auto& directory : options.readable) {
        ICE_TRY(add_rule(ruleset.number(), directory, kRead));
    }
    for (const auto& file : options.readable_files) {
        ICE_TRY(add_rule(ruleset.number(), file, kReadFile));
    }
    const std::uint64_t truncate = handled.files & kTruncate;
    ICE_TRY(add_rule(ruleset.number(), options.writable, kRead | kWrite | truncate));
    if (options.tcp_port && version >= kLandlockSeesPorts) {
        const PortRule rule{kConnectTcp, *options.tcp_port};
        if (::syscall(kLandlockAddRule, ruleset.number(), kRuleNetPort, &rule, 0U) != 0) {
            return refused("landlock_add_rule");
        }
    }
    if (::syscall(kLandlockRestrictSelf, ruleset.number(), 0U) != 0) {
        return refused("landlock_restrict_self");
    }
    return {};
}

Result<> set_limit(__rlimit_resource which, rlim_t value) {
    rlimit old{};
    if (::getrlimit(which, &old) != 0) return refused("getrlimit");
    const rlim_t bounded = std::min(value, old.rlim_max);
    const rlimit wanted{bounded, bounded};
    if (::setrlimit(which, &wanted) != 0) return refused("setrlimit");
    return {};
}

Result<> drop_capabilities() {
    for (int capability = 0; capability < kCapabilitiesMax; ++capability) {
        // EINVAL above the kernel's last one, EPERM without CAP_SETPCAP: then there is none to drop
        // that capset below would leave.
        ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[2]{};
    if (::syscall(SYS_capset, &header, none) != 0) return refused("capset");
    return {};
}

Result<> check_single_thread() {
    std::error_code error;
    std::size_t threads = 0;
    for (std::filesystem::directory_iterator entry("/proc/self/task", error), end;
         !error && entry != end;
         entry.increment(error))
        ++threads;
    if (error || threads != 1) {
        return fail(ErrorCode::kIo,
                    fmt::format("sandbox: {} threads, but Landlock binds only one", threads));
    }
    return {};
}

}  // namespace

int landlock_version() {
    const long version = ::syscall(kLandlockCreateRuleset, nullptr, 0, kCreateRulesetVersion);
    return version < 0 ? 0 : static_cast<int>(version);
}

Result<> enter_sandbox(const SandboxOptions& options) {
    const int version = landlock_version();
    if (version < 1 && options.requires_landlock) {
        return fail(ErrorCode::kUnsupported,
                    "this kernel has no Landlock (Linux 5.13 or later, lsm=...,landlock), which "
                    "keeps SQL away from other files");
    }
    ICE_TRY(check_single_thread());
    // Outside an own PID namespace their default is to end the process.
    ::signal(SIGXFSZ, SIG_IGN);
    ::signal(SIGPIPE, SIG_IGN);
    ICE_TRY(set_limit(RLIMIT_CORE, 0));
    ICE_TRY(set_limit(RLIMIT_NOFILE, kOpenFilesMax));
    ICE_TRY(set_limit(RLIMIT_FSIZE, options.file_bytes_max));
    if constexpr (!kHasShadowMemory) {
        ICE_TRY(set_limit(RLIMIT_DATA, options.data_bytes_max));
    }
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused("PR_SET_DUMPABLE");
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("PR_SET_NO_NEW_PRIVS");
    if (version >= 1) {
        ICE_TRY(enter_landlock(options, version));
    }
    ICE_TRY(drop_capabilities());
    return load_seccomp_filter(options.tcp_port.has_value());
}

}  // namespace icelight::query
