"""What SQL worker processes did with files and sockets, from `strace -f -y -Y`. A worker's command name is
"exe": it runs /proc/self/exe."""

import dataclasses
import os
import re

CALLS = ("openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,rmdir,truncate,link,linkat,symlink,symlinkat,"
         "chmod,fchmodat,socket,connect,bind,execve,memfd_create,io_uring_setup")
LINE = re.compile(r"^(\d+)<([^>]*)> (.*)$")
CALL = re.compile(r"^(\w+)\((.*)$", re.S)
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.S)
RESULT = re.compile(r"\) += (-?\d+)(?:<([^>]*)>)?(?: .*)?$", re.S)
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
WRITES = ("O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND")
PROCESS = re.compile(r"^/proc/[0-9]+/")
WORKER = "exe"


def strace_command(output):
    return ["strace", "-f", "-y", "-Y", "-s", "400", "--seccomp-bpf", "-e", f"trace={CALLS}", "-e", "signal=none", "-o", str(output)]


@dataclasses.dataclass(frozen=True)
class Deed:
    """A call of a worker that succeeded."""

    call: str
    path: str  # of the file; for sockets the arguments
    is_write: bool


def read_deeds(lines):
    running = {}
    for line in lines:
        match = LINE.match(line.rstrip("\n"))
        if not match or match.group(2) != WORKER:
            continue
        thread, rest = match.group(1), match.group(3)
        resumed = RESUMED.match(rest)
        if resumed:
            rest = running.pop(thread, f"{resumed.group(1)}(") + resumed.group(2)
        elif rest.endswith("<unfinished ...>"):
            running[thread] = rest.removesuffix("<unfinished ...>").rstrip()
            continue
        call, result = CALL.match(rest), RESULT.search(rest)
        if call and result and int(result.group(1)) >= 0:
            yield make_deed(call.group(1), call.group(2), result.group(2))


def make_deed(call, arguments, opened):
    names = QUOTED.findall(arguments)
    if call in ("open", "openat", "creat"):
        path = PROCESS.sub("/proc/N/", opened or (names or ["?"])[0])
        return Deed(call, path, call == "creat" or any(flag in arguments for flag in WRITES))
    if call in ("socket", "connect", "bind", "execve", "memfd_create", "io_uring_setup"):
        return Deed(call, arguments, False)
    return Deed(call, (names or ["?"])[-1], True)


def is_below(path, directory):
    return os.path.commonpath([os.path.abspath(path), str(directory)]) == str(directory)


class Judge:
    """Knows what a worker may touch: warehouse and log to read, its spill directory, and what `start`, the
    deeds of workers that ran no statement, touched before their sandbox was closed."""

    def __init__(self, readable, spill, start):
        self.readable, self.spill = [os.path.realpath(path) for path in readable], os.path.realpath(spill)
        self.at_start = {(deed.call, deed.path) for deed in start}
        self.calls_at_start = {deed.call for deed in start}

    def is_own_spill(self, path):
        return is_below(path, self.spill)

    def reads_outside(self, deeds):
        return sorted({deed.path for deed in deeds if deed.call in ("open", "openat") and not deed.is_write
                       and (deed.call, deed.path) not in self.at_start and not self.is_own_spill(deed.path)
                       and not any(is_below(deed.path, directory) for directory in self.readable)})

    def writes_outside(self, deeds):
        return sorted({f"{deed.call} {deed.path}" for deed in deeds if deed.is_write
                       and (deed.call, deed.path) not in self.at_start and not self.is_own_spill(deed.path)})

    def connections(self, deeds):
        return sorted({f"{deed.call}({deed.path}" for deed in deeds if deed.call in ("socket", "connect", "bind", "memfd_create", "io_uring_setup")
                       and deed.call not in self.calls_at_start})

    def programs(self, deeds):
        return sorted({deed.path for deed in deeds if deed.call == "execve" and deed.path.startswith('"')})
