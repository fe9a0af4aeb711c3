#include "wal/sidecar.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "io/file_system.h"
#include "wal/cursor.h"

namespace icelight::wal {
namespace {

constexpr std::string_view kMagic = "ICELIDS1";
constexpr std::size_t kHeadBytes = 64;
constexpr std::size_t kRunHeadBytes = 24;
constexpr std::size_t kSidecarBytesMax = kSegmentBytesMax;

Result<Sidecar> decode_checked(std::string_view covered) {
    ByteReader in(covered.substr(kMagic.size()));
    if (in.fixed<std::uint32_t>() != kFormatVersion)
        return fail(ErrorCode::kUnsupported, "written by a newer version");
    Sidecar sidecar;
    sidecar.count = in.fixed<std::uint32_t>();
    sidecar.log_uuid.bytes = in.fixed<std::array<unsigned char, 16>>();
    sidecar.seq = in.fixed<std::uint64_t>();
    sidecar.first_offset = in.fixed<std::uint64_t>();
    sidecar.end_offset = in.fixed<std::uint64_t>();
    sidecar.newest_us = in.fixed<TimestampUs>();
    sidecar.runs = in.rest();
    while (in.ok() && in.remaining() > 0) {
        in.bytes(kRunHeadBytes - 2 * sizeof(std::uint32_t));
        const auto count = in.fixed<std::uint32_t>();
        in.fixed<std::uint32_t>();
        in.bytes(count * kFingerprintBytes);
    }
    if (!in.ok()) return fail(ErrorCode::kCorruption, "runs that do not add up");
    return sidecar;
}

}  // namespace

void Sidecar::add(const RecordView& view) {
    newest_us = std::max(newest_us, view.written_at_us);
    if (view.kind != RecordKind::kRows) return;
    append_run(runs, view.first_offset, view.written_at_us, view.fingerprints);
    count += view.count;
}

void append_run(std::string& runs,
                std::uint64_t first_offset,
                TimestampUs written_at_us,
                std::string_view fingerprints) {
    append_fixed(runs, first_offset);
    append_fixed(runs, written_at_us);
    append_fixed(runs, static_cast<std::uint32_t>(fingerprints.size() / kFingerprintBytes));
    append_fixed(runs, std::uint32_t{0});
    runs.append(fingerprints);
}

Sidecar begin_sidecar(const SegmentHeader& header) {
    Sidecar sidecar;
    sidecar.log_uuid = header.log_uuid;
    sidecar.seq = header.seq;
    sidecar.first_offset = header.first_offset;
    return sidecar;
}

std::string encode_sidecar(const Sidecar& sidecar) {
    std::string out(kMagic);
    append_fixed(out, kFormatVersion);
    append_fixed(out, sidecar.count);
    append_fixed(out, sidecar.log_uuid.bytes);
    append_fixed(out, sidecar.seq);
    append_fixed(out, sidecar.first_offset);
    append_fixed(out, sidecar.end_offset);
    append_fixed(out, sidecar.newest_us);
    out.append(sidecar.runs);
    append_fixed(out, crc32c(out));
    return out;
}

Result<Sidecar> decode_sidecar(std::string_view bytes) {
    if (bytes.size() < kHeadBytes + sizeof(std::uint32_t) || !bytes.starts_with(kMagic))
        return fail(ErrorCode::kCorruption, "not the fingerprints of a segment");
    const auto covered = bytes.substr(0, bytes.size() - sizeof(std::uint32_t));
    if (ByteReader(bytes.substr(covered.size())).fixed<std::uint32_t>() != crc32c(covered))
        return fail(ErrorCode::kCorruption, "fails its checksum");
    return decode_checked(covered);
}

void for_each_row(const Sidecar& sidecar, const VisitRow& visit) {
    ByteReader in(sidecar.runs);
    while (in.ok() && in.remaining() > 0) {
        const auto first_offset = in.fixed<std::uint64_t>();
        const auto written_at_us = in.fixed<TimestampUs>();
        const auto count = in.fixed<std::uint32_t>();
        in.fixed<std::uint32_t>();
        const auto fingerprints = in.bytes(count * kFingerprintBytes);
        for (std::uint32_t index = 0; in.ok() && index < count; ++index)
            visit(fingerprint_at(fingerprints, index), first_offset + index, written_at_us);
    }
}

Result<Sidecar> read_sidecar(const SegmentFile& segment,
                             std::uint64_t end_offset,
                             io::FileSystem& files) {
    Sidecar sidecar = begin_sidecar(segment.header);
    sidecar.end_offset = end_offset;
    ICE_ASSIGN(auto cursor, Cursor::open(segment, files));
    while (cursor.next_offset() < end_offset) {
        ICE_ASSIGN(const auto record, cursor.next(0));
        if (!record) return fail(ErrorCode::kCorruption, cursor.place() + ": no valid record");
        sidecar.add(record->view);
    }
    return sidecar;
}

Result<> store_sidecar(const std::filesystem::path& directory,
                       const Sidecar& sidecar,
                       io::FileSystem& files) {
    const auto path = directory / sidecar_name(sidecar.seq);
    ICE_ASSIGN(const bool has_leftover, files.exists(path));
    if (has_leftover) {
        ICE_TRY(files.remove(path));
    }
    return files.write_file_durably(path, encode_sidecar(sidecar));
}

Result<Sidecar> load_sidecar(const std::filesystem::path& directory,
                             std::uint64_t seq,
                             io::FileSystem& files) {
    const auto path = directory / sidecar_name(seq);
    ICE_ASSIGN(const std::string bytes, files.read_file(path, kSidecarBytesMax));
    auto sidecar = decode_sidecar(bytes);
    if (sidecar && sidecar->seq != seq)
        sidecar = fail(ErrorCode::kCorruption, "is of another segment");
    if (!sidecar) return fail_in(path.string(), sidecar.error());
    return sidecar;
}

}  // namespace icelight::wal
