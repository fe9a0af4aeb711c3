"""Reads the log's segments on its own, from docs/formats/wal.md: which bytes hold which offsets."""

import dataclasses
import struct

HEADER_BYTES = 128
RECORD_BYTES = 104
RECORD_MAGIC = 0x4C455249
KINDS = {1: "rows", 2: "rejects", 3: "counters"}


@dataclasses.dataclass(frozen=True)
class Record:
    segment: str  # file name
    start: int  # first byte in the file
    end: int  # first byte after it, padding included
    kind: str
    first_offset: int
    count: int
    durable_to: int


def segments(directory):
    return sorted(directory.glob("*.wal"))


def records(path):
    """The records of a segment, up to the first bytes that are none."""
    data = path.read_bytes()
    if data[:8] != b"ICELWAL1":
        raise ValueError(f"{path} is no segment of the log")
    at = HEADER_BYTES
    while at + RECORD_BYTES <= len(data):
        magic, _, _, _ = struct.unpack_from("<4I", data, at)
        kind, = struct.unpack_from("<B", data, at + 16)
        count, length = struct.unpack_from("<2I", data, at + 20)
        _, first_offset, _, durable_to = struct.unpack_from("<QQqQ", data, at + 32)
        if magic != RECORD_MAGIC or kind not in KINDS:
            return
        end = at + RECORD_BYTES + (length + 7) // 8 * 8
        yield Record(path.name, at, end, KINDS[kind], first_offset, count, durable_to)
        at = end


def all_records(directory):
    """Of all segments, oldest first; a segment ends where the next one begins."""
    paths = segments(directory)
    for index, path in enumerate(paths):
        limit = first_offset_of(paths[index + 1]) if index + 1 < len(paths) else None
        for record in records(path):
            if limit is None or record.first_offset + record.count <= limit:
                yield record


def first_offset_of(path):
    with open(path, "rb") as file:
        return struct.unpack_from("<Q", file.read(HEADER_BYTES), 40)[0]
