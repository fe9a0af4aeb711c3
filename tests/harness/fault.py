"""Faults from outside: a small disk of its own, failing system calls, stopped and killed workers."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

from harness.server import scratch_directory

GIB = 1 << 30


def can_mount():
    return os.geteuid() == 0 and shutil.which("mkfs.ext4") is not None and pathlib.Path("/dev/loop-control").exists()


@contextlib.contextmanager
def small_disk(size=20 * GIB):
    """An ext4 file system in a sparse image; gives the folder it is mounted at."""
    directory = scratch_directory()
    image, place = directory / "disk.img", directory / "disk"
    with open(image, "wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", "-O", "^has_journal", "-E", "lazy_itable_init=1", image], check=True)
    place.mkdir()
    subprocess.run(["mount", "-o", "loop", image, place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
        shutil.rmtree(directory)


def fill_disk(place, left):
    """Leaves `left` bytes free on the disk; the file that takes the rest is returned."""
    space = os.statvfs(place)
    filler = place / "filler"
    with open(filler, "wb") as file:
        os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_frsize - left)
    return filler


def failing_calls(directory, call, error, when, path):
    """The wrapper that makes a call on `path` fail: `when` is strace's, such as 3 or 3..5 or 3+."""
    return ["strace", "-f", "-o", str(directory / "faults.txt"), "-P", str(path), "-e", f"trace={call}",
            "-e", f"inject={call}:error={error}:when={when}"]


@contextlib.contextmanager
def stopped(pid):
    """The process does nothing for a while, without being dead."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
