#include "query/sandbox/seccomp_filter.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include <fmt/format.h>

#include "base/child.h"
#include "base/errno_text.h"

namespace icelight::query {
namespace {

// Files: Landlock decides which. No call that links, renames, changes modes or truncates by path.
// clang-format off
constexpr int kFileCalls[] = {
    SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(pread64), SCMP_SYS(pwrite64), SCMP_SYS(readv),
    SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(stat),
    SCMP_SYS(lstat), SCMP_SYS(statx), SCMP_SYS(lseek), SCMP_SYS(openat), SCMP_SYS(open),
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(getdents64),
    SCMP_SYS(ftruncate), SCMP_SYS(fallocate), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(rmdir),
    SCMP_SYS(fadvise64), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(fcntl), SCMP_SYS(poll), SCMP_SYS(ppoll)};

constexpr int kProcessCalls[] = {
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
    SCMP_SYS(membarrier), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getrandom), SCMP_SYS(gettid), SCMP_SYS(getpid),
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getrusage), SCMP_SYS(getcpu), SCMP_SYS(sysinfo),
    SCMP_SYS(uname), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
    SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group)};

constexpr int kDeadlyCalls[] = {
    SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(mount), SCMP_SYS(setns), SCMP_SYS(unshare),
    SCMP_SYS(io_uring_setup), SCMP_SYS(userfaultfd), SCMP_SYS(init_module), SCMP_SYS(kexec_load),
    SCMP_SYS(pidfd_getfd)};

// clang-format on

/// Adds rules until one fails; keeps the first failure.
class Rules {
public:
    explicit Rules(scmp_filter_ctx context) : context_(context) {}

    template <class... Conditions>
    void add(std::uint32_t action, int call, Conditions... conditions) {
        if (status_ != 0) return;
        const scmp_arg_cmp list[] = {conditions..., scmp_arg_cmp{}};
        status_ = seccomp_rule_add_array(context_, action, call, sizeof...(conditions), list);
    }

    int status() const { return status_; }

private:
    scmp_filter_ctx context_;
    int status_ = 0;
};

scmp_arg_cmp argument_is(unsigned index, std::uint64_t value) {
    return {index, SCMP_CMP_EQ, value, 0};
}

scmp_arg_cmp argument_has(unsigned index, std::uint64_t mask, std::uint64_t value) {
    return {index, SCMP_CMP_MASKED_EQ, mask, value};
}

void add_rules(Rules& rules) {
    for (const int call : kFileCalls)
        rules.add(SCMP_ACT_ALLOW, call);
    for (const int call : kProcessCalls)
        rules.add(SCMP_ACT_ALLOW, call);
    // Memory is never executable.
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(mmap), argument_has(2, PROT_EXEC, 0));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(mprotect), argument_has(2, PROT_EXEC, 0));
    // Threads, not processes. clone3 hides its flags in memory: ENOSYS makes libc fall back.
    rules.add(SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(clone), argument_has(0, CLONE_THREAD, CLONE_THREAD));
    // abort() of this process only; reading limits, naming threads.
    rules.add(
        SCMP_ACT_ALLOW, SCMP_SYS(tgkill), argument_is(0, static_cast<std::uint64_t>(::getpid())));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(prctl), argument_is(0, PR_SET_NAME));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), argument_is(2, 0));
    for (const int call : kDeadlyCalls)
        rules.add(SCMP_ACT_KILL_PROCESS, call);
}

/// The one socket there is, to the server; no address, no further descriptors.
void add_worker_socket_rules(Rules& rules) {
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(sendto), argument_is(0, kWorkerSocketFd), argument_is(4, 0));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(recvfrom), argument_is(0, kWorkerSocketFd));
}

/// What an HTTP client needs. Landlock sees connect() alone, so that no other call may bring an
/// address along: sendto() without one, no sendmsg(). Nor does it see what is not plain TCP.
void add_tcp_rules(Rules& rules) {
    constexpr std::uint64_t kSocketType = 0xf;
    for (const std::uint64_t protocol : {IPPROTO_IP, IPPROTO_TCP}) {
        rules.add(SCMP_ACT_ALLOW,
                  SCMP_SYS(socket),
                  argument_is(0, AF_INET),
                  argument_has(1, kSocketType, SOCK_STREAM),
                  argument_is(2, protocol));
    }
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(connect));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(sendto), argument_is(4, 0));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(recvfrom));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(shutdown));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(getsockname));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(getpeername));
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(getsockopt), argument_is(1, SOL_SOCKET));
    rules.add(SCMP_ACT_ALLOW,
              SCMP_SYS(setsockopt),
              argument_is(1, SOL_SOCKET),
              argument_is(2, SO_KEEPALIVE));
    for (const std::uint64_t option : {TCP_NODELAY, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT}) {
        rules.add(SCMP_ACT_ALLOW,
                  SCMP_SYS(setsockopt),
                  argument_is(1, IPPROTO_TCP),
                  argument_is(2, option));
    }
    // How a client's threads wake each other.
    rules.add(SCMP_ACT_ALLOW, SCMP_SYS(eventfd2));
}

tl::unexpected<Error> refused(int status) {
    return fail(ErrorCode::kIo, fmt::format("sandbox: seccomp: {}", errno_text(-status)));
}

}  // namespace

Result<> load_seccomp_filter(bool has_tcp) {
    const std::unique_ptr<void, void (*)(void*)> context(seccomp_init(SCMP_ACT_ERRNO(EPERM)),
                                                         [](void* c) { seccomp_release(c); });
    if (!context) return refused(-ENOMEM);
    Rules rules(context.get());
    add_rules(rules);
    has_tcp ? add_tcp_rules(rules) : add_worker_socket_rules(rules);
    if (rules.status() != 0) return refused(rules.status());
    seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    const int loaded = seccomp_load(context.get());
    if (loaded != 0) return refused(loaded);
    return {};
}

}  // namespace icelight::query
