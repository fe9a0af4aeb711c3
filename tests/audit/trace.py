"""Reads `strace -f -y` output as a sequence of system call starts and ends, in the order they happened.

strace stops each thread at the start and at the end of a call and handles one stop at a time, so the
order of its lines is an order in which the kernel did it: a call that ended on an earlier line than
another one started on had happened before it.
"""

import dataclasses
import re

LINE = re.compile(r"^(\d+) +[\d.]+ (.*)$")
CALL = re.compile(r"^(\w+)\((.*)$", re.S)
RESUMED = re.compile(r"^<\.\.\. (\w+) resumed>(.*)$", re.S)
RESULT = re.compile(r"\) += (-?\d+|0x[0-9a-f]+|\?)(?:<[^>]*>)?(?: .*)?$", re.S)
DESCRIPTOR = re.compile(r"^(\d+)<([^>]*)>")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')

CALLS = ("openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,unlink,unlinkat,truncate,ftruncate,fallocate,write,"
         "writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg,fsync,fdatasync,sync,syncfs,sync_file_range,"
         "io_uring_enter,copy_file_range,sendfile,link,linkat")


def strace_command(output):
    """Follows all threads and processes; strings long enough for one page of SQLite."""
    return ["strace", "-f", "-ttt", "-y", "-s", "4200", "--seccomp-bpf", "-e", f"trace={CALLS}",
            "-e", "signal=none", "-o", str(output)]


@dataclasses.dataclass
class Call:
    thread: int
    name: str
    arguments: str
    result: int | None = None  # None until it ended

    @property
    def path(self):
        """Of the file descriptor that is the first argument."""
        match = DESCRIPTOR.match(self.arguments)
        return match.group(2) if match else ""

    @property
    def names(self):
        """The quoted texts among the arguments."""
        return QUOTED.findall(self.arguments)

    def numbers_at_end(self, count):
        """The last `count` arguments as numbers: pwrite64(fd, text, LENGTH, POSITION)."""
        return [int(part) for part in self.arguments.rsplit(",", count)[1:]]


def read_steps(lines):
    """Yields (is_start, call): every call twice, when it started and when it ended."""
    running = {}
    for line in lines:
        match = LINE.match(line.rstrip("\n"))
        if not match:
            continue
        thread, rest = int(match.group(1)), match.group(2)
        resumed = RESUMED.match(rest)
        if resumed:
            call = running.pop(thread, None)
            if call is None:
                continue
            finish(call, resumed.group(2))
            yield False, call
            continue
        start = CALL.match(rest)
        if not start:
            continue
        call = Call(thread, start.group(1), "")
        if rest.endswith("<unfinished ...>"):
            call.arguments = start.group(2).removesuffix("<unfinished ...>").rstrip().rstrip(",")
            running[thread] = call
            yield True, call
        else:
            finish(call, start.group(2))
            yield True, call
            yield False, call


def finish(call, rest):
    result = RESULT.search(rest)
    call.arguments += rest[:result.start()] if result else rest
    text = result.group(1) if result else "?"
    call.result = -1 if text == "?" else int(text, 0)
