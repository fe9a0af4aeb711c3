#include "lake/fsck/file_probe.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/bytes.h"
#include "base/frames.h"
#include "engine/database.h"
#include "engine/query_result.h"
#include "engine/session.h"
#include "engine/sql_text.h"
#include "lake/flush/flush_protocol.h"

namespace icelight::lake {
namespace {

constexpr std::chrono::minutes kProbeWait{5};  ///< For one file.
constexpr std::chrono::hours kQuestionWait{24 * 365};
constexpr std::uint8_t kProbe = 1;
constexpr std::uint8_t kProbed = 2;
constexpr std::uint8_t kFailed = 3;

Result<FileProbe> count_rows(engine::Session& session, const std::string& from) {
    ICE_ASSIGN(const std::string text, session.query_text("SELECT count(*)" + from));
    FileProbe probe;
    probe.rows = std::stoull(text);
    return probe;
}

}  // namespace

Result<FileProbe> probe_file(engine::Session& session, const std::filesystem::path& path) {
    const std::string from = " FROM read_parquet(" + engine::quote_literal(path.string()) +
                             ", hive_partitioning = false)";
    const auto columns = session.query_text("SELECT count(*) FROM (DESCRIBE SELECT *" + from +
                                            ") WHERE column_name = '_log_offset'");
    if (!columns) return tl::unexpected(columns.error());
    if (columns->front() == '0') return count_rows(session, from);
    ICE_ASSIGN(auto result, session.query("SELECT _log_offset::BIGINT" + from));
    FileProbe probe;
    std::vector<std::uint64_t> offsets;
    for (;;) {
        ICE_ASSIGN(const auto chunk, result.next());
        if (!chunk) break;
        const engine::VectorView column = chunk->column(0);
        probe.rows += chunk->row_count();
        for (std::size_t row = 0; row < chunk->row_count(); ++row) {
            if (column.is_null(row)) continue;
            offsets.push_back(static_cast<std::uint64_t>(column.integer(row)));
        }
    }
    probe.offsets = offsets.size();
    probe.ranges = make_ranges(std::move(offsets));
    return probe;
}

std::vector<OffsetRange> make_ranges(std::vector<std::uint64_t> offsets) {
    std::sort(offsets.begin(), offsets.end());
    std::vector<OffsetRange> ranges;
    for (const std::uint64_t offset : offsets) {
        if (ranges.empty() || offset > ranges.back().last + 1) {
            ranges.push_back({offset, offset});
        } else {
            ranges.back().last = offset;
        }
    }
    return ranges;
}

std::string encode_probe(const FileProbe& probe) {
    std::string out;
    append_varint(out, probe.rows);
    append_varint(out, probe.offsets);
    append_varint(out, probe.ranges.size());
    for (const OffsetRange& range : probe.ranges) {
        append_varint(out, range.first);
        append_varint(out, range.last - range.first);
    }
    return out;
}

Result<FileProbe> decode_probe(std::string_view bytes) {
    ByteReader reader(bytes);
    FileProbe probe;
    probe.rows = reader.varint();
    probe.offsets = reader.varint();
    const std::uint64_t count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        const std::uint64_t first = reader.varint();
        probe.ranges.push_back({first, first + reader.varint()});
    }
    if (reader.ok() && reader.remaining() == 0) return probe;
    return fail(ErrorCode::kCorruption, "probe worker: malformed frame");
}

Result<FileProbe> ProbeWorker::probe(const std::filesystem::path& path) {
    if (!child_) {
        ICE_ASSIGN(child_, Child::spawn(options_));
    }
    const Deadline deadline = deadline_in(kProbeWait);
    const auto sent = write_frame(child_->socket_fd(), kProbe, path.string(), deadline);
    const auto reply = sent ? read_frame(child_->socket_fd(), deadline)
                            : Result<Frame>(tl::unexpected(sent.error()));
    if (!reply) {
        child_.reset();
        return fail(ErrorCode::kCorruption, "the process that read it died or hung");
    }
    if (reply->type == kProbed) return decode_probe(reply->payload);
    return tl::unexpected(decode_error(reply->payload));
}

int run_probe_worker() {
    engine::DatabaseOptions options;
    auto database = engine::Database::open(options);
    if (!database) return 1;
    auto session = database->connect();
    if (!session) return 1;
    for (;;) {
        const auto question = read_frame(kWorkerSocketFd, deadline_in(kQuestionWait));
        if (!question) return question.error().code == ErrorCode::kUnavailable ? 0 : 1;
        const auto probe = probe_file(*session, question->payload);
        const std::string payload = probe ? encode_probe(*probe) : encode_error(probe.error());
        const auto sent = write_frame(
            kWorkerSocketFd, probe ? kProbed : kFailed, payload, deadline_in(kProbeWait));
        if (!sent || session->is_broken()) return 1;
    }
}

}  // namespace icelight::lake
