"""What would be left after a power cut, at any moment of a trace: a strict model of files and directories.

* Bytes written to a file are durable once an fsync or fdatasync of that file, started after the write had
  ended, has ended well.
* A name (of a new file, a renamed file, a new directory) is durable once an fsync of the directory that
  holds it, started after the name was made, has ended well.
"""

import os.path


class File:
    def __init__(self):
        self.writes = []  # [first byte, byte after the last, step when it ended or None, is durable]

    def unsynced(self, start=0, end=float("inf")):
        return [write for write in self.writes if not write[3] and write[0] < end and write[1] > start]


class Disk:
    """Follows the calls of a trace. Paths outside `root` are of no interest."""

    def __init__(self, root):
        self.root = str(root)
        self.files = {}
        self.names = {}  # path -> [step when it was made, is durable]
        self.step = 0
        self.sync_starts = {}  # thread -> step
        self.open_writes = {}  # thread -> write

    def knows(self, path):
        return path.startswith(self.root + "/")

    def follow(self, is_start, call):
        self.step += 1
        if call.name in ("fsync", "fdatasync"):
            self.follow_sync(is_start, call)
        elif call.name in ("write", "writev", "pwrite64", "pwritev", "pwritev2", "ftruncate", "fallocate", "copy_file_range",
                           "sendfile"):
            if self.knows(call.path):
                self.follow_write(is_start, call)
        elif not is_start and call.result is not None and call.result >= 0:
            self.follow_name(call)

    def follow_write(self, is_start, call):
        if is_start:
            write = [0, float("inf"), None, False]
            if call.name == "pwrite64":
                length, position = call.numbers_at_end(2)
                write[:2] = position, position + length
            self.files.setdefault(call.path, File()).writes.append(write)
            self.open_writes[call.thread] = write
            return
        self.open_writes.pop(call.thread)[2] = self.step

    def follow_sync(self, is_start, call):
        if is_start:
            self.sync_starts[call.thread] = self.step
            return
        began = self.sync_starts.pop(call.thread, None)
        if call.result != 0 or began is None:
            return
        for write in self.files.get(call.path, File()).writes:
            if write[2] is not None and write[2] < began:
                write[3] = True
        for path, name in self.names.items():
            if os.path.dirname(path) == call.path and name[0] < began:
                name[1] = True

    def follow_name(self, call):
        quoted = call.names
        if call.name in ("mkdir", "mkdirat") and quoted:
            self.make_name(quoted[0])
        elif call.name in ("openat", "open", "creat") and quoted and ("O_CREAT" in call.arguments or call.name == "creat"):
            if quoted[0] not in self.names:
                self.make_name(quoted[0])
        elif call.name.startswith("rename") and len(quoted) >= 2:
            if quoted[0] in self.files:
                self.files[quoted[1]] = self.files.pop(quoted[0])
            self.names.pop(quoted[0], None)
            self.make_name(quoted[1])
        elif call.name.startswith("unlink") and quoted:
            self.names.pop(quoted[0], None)
            self.files.pop(quoted[0], None)

    def make_name(self, path):
        if self.knows(path):
            self.names[path] = [self.step, False]

    def problems_of(self, path, start=0, end=float("inf")):
        """Why those bytes of `path` would not be found under that name after a power cut; [] when they would."""
        found = []
        if path not in self.names:
            found.append(f"{path} was not made in this trace")
        file = self.files.get(path)
        if file is None:
            found.append(f"{path} was never written")
        elif file.unsynced(start, end):
            found.append(f"bytes {file.unsynced(start, end)[0][:2]} of {path} are not synced")
        at = path
        while self.knows(at):
            if at in self.names and not self.names[at][1]:
                found.append(f"the directory of {at} is not synced")
            at = os.path.dirname(at)
        return found
