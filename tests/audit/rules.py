"""The two lines of the system, as rules over a trace.

Durable line: when the send of a 200 whose token says N starts, every byte of every log record that holds
an offset below N is durable, under its name.

Visible line: when the first write to SQLite's own log that names a metadata file starts, that file, the
manifest list and manifests of its current snapshot and every data file they name are durable, under
their names.
"""

import json
import pathlib
import re

from pyiceberg.io.pyarrow import PyArrowFileIO
from pyiceberg.manifest import read_manifest_list

from audit.disk import Disk
from audit.trace import read_steps
from harness.log_file import all_records

TOKEN = re.compile(r'\\"token\\":\\"[0-9a-f]{8}:0:(\d+)\\"')
METADATA = re.compile(r"[0-9]{5}-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.metadata\.json")
SENDS = ("sendmsg", "sendto", "write", "writev", "sendmmsg")


def local_path(location):
    return location.removeprefix("file://")


class Audit:
    """Runs a trace against the directory it left behind. `problems` says what broke which rule."""

    def __init__(self, data):
        self.data = pathlib.Path(data)
        self.disk = Disk(self.data.parent)
        self.records = sorted((record for record in all_records(self.data / "log") if record.count),
                              key=lambda record: record.first_offset)
        self.metadata = {path.name: path for path in (self.data / "warehouse").rglob("*.metadata.json")}
        self.files_of = {name: self.files_named_by(path) for name, path in self.metadata.items()}
        self.checked_records = 0
        self.acknowledged = 0
        self.committed = set()
        self.problems = []

    def run(self, lines):
        for is_start, call in read_steps(lines):
            if is_start and call.name in SENDS and "socket:" in call.path:
                self.check_send(call)
            if is_start and call.path.endswith("catalog.db-wal") and call.name.startswith("pwrite"):
                self.check_commit(call)
            self.disk.follow(is_start, call)
        return self

    def check_send(self, call):
        if "HTTP/1.1 200" not in call.arguments:
            return
        token = TOKEN.search(call.arguments)
        if token is None:
            return
        self.acknowledged += 1
        next_offset = int(token.group(1))
        while self.checked_records < len(self.records) and self.records[self.checked_records].first_offset < next_offset:
            record = self.records[self.checked_records]
            path = str(self.data / "log" / record.segment)
            found = self.disk.problems_of(path, record.start, record.end)
            if found:
                self.problems.append(f"200 with token {next_offset} left before offset {record.first_offset} was durable: "
                                     + "; ".join(found))
            self.checked_records += 1
        if not self.records or next_offset > self.records[-1].first_offset + self.records[-1].count:
            self.problems.append(f"200 with token {next_offset}, which the log does not hold")

    def check_commit(self, call):
        for name in METADATA.findall(call.arguments):
            if name in self.committed or name not in self.metadata:
                continue
            self.committed.add(name)
            for path in self.files_of[name]:
                found = self.disk.problems_of(str(path))
                if found:
                    self.problems.append(f"the commit of {name} was written before its files were durable: " + "; ".join(found))

    @staticmethod
    def files_named_by(metadata):
        """The metadata file and everything its current snapshot reaches."""
        files = [metadata]
        content = json.loads(metadata.read_text())
        current = [snapshot for snapshot in content.get("snapshots", [])
                   if snapshot["snapshot-id"] == content.get("current-snapshot-id")]
        store = PyArrowFileIO()
        for snapshot in current:
            files.append(local_path(snapshot["manifest-list"]))
            for manifest in read_manifest_list(store.new_input(snapshot["manifest-list"])):
                files.append(local_path(manifest.manifest_path))
                files += [local_path(entry.data_file.file_path)
                          for entry in manifest.fetch_manifest_entry(store, discard_deleted=True)]
        return files
