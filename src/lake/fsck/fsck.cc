#include "lake/fsck/fsck.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "catalog/metadata_file.h"
#include "iceberg/table_metadata.h"
#include "lake/fsck/file_probe.h"
#include "lake/fsck/findings.h"
#include "lake/fsck/fsck_strays.h"
#include "lake/fsck/fsck_table.h"

namespace icelight::lake {
namespace {

void check_log(const FsckJob& job, Findings& findings) {
    const auto stored = job.state.watermarks.find(catalog::kEventSink);
    if (!job.log || stored == job.state.watermarks.end()) return;
    const wal::Survey& log = *job.log;
    const std::uint64_t watermark = stored->second.next(0);
    if (stored->second.log_uuid != log.log_uuid && stored->second.log_uuid != log.parent_uuid) {
        findings.error({"log-identity",
                        "",
                        "",
                        fmt::format("the tables are fed from log {}, the log directory holds {}",
                                    stored->second.log_uuid.text(),
                                    log.log_uuid.text())});
        return;
    }
    if (log.first_offset > watermark || log.next_offset < watermark) {
        findings.error({"log-contiguity",
                        "",
                        "",
                        fmt::format("the log holds offsets [{}, {}), the tables those below {}",
                                    log.first_offset,
                                    log.next_offset,
                                    watermark)});
    }
    const wal::Counters& counters = log.counters;
    const std::uint64_t accounted =
        counters.stored + counters.rejected + counters.dropped + counters.duplicate;
    if (counters.received != accounted) {
        findings.error({"request-identity",
                        "",
                        "",
                        fmt::format("received {} is not stored {} + rejected {} + dropped {} + "
                                    "duplicate {}",
                                    counters.received,
                                    counters.stored,
                                    counters.rejected,
                                    counters.dropped,
                                    counters.duplicate)});
    }
}

/// Distinct offsets of all ranges, and how many come again.
std::pair<std::uint64_t, std::uint64_t> count_offsets(std::vector<OffsetRange> ranges,
                                                      std::uint64_t total) {
    std::sort(ranges.begin(), ranges.end(), [](const OffsetRange& a, const OffsetRange& b) {
        return a.first < b.first;
    });
    std::uint64_t distinct = 0;
    std::uint64_t next = 0;  // everything below is counted
    for (const OffsetRange& range : ranges) {
        const std::uint64_t first = std::max(range.first, next);
        if (range.last < first) continue;
        distinct += range.last - first + 1;
        next = range.last + 1;
    }
    return {distinct, total - distinct};
}

void check_offsets(const FsckJob& job,
                   const LiveOffsets& live,
                   OffsetIdentity& identity,
                   Findings& findings) {
    const auto stored = job.state.watermarks.find(catalog::kEventSink);
    if (stored == job.state.watermarks.end()) return;
    identity.watermark = stored->second.next(0);
    const auto gone = job.state.offsets_gone.find(catalog::kEventSink);
    if (gone != job.state.offsets_gone.end()) identity.offsets_gone = gone->second;
    std::tie(identity.distinct_offsets, identity.repeated_offsets) =
        count_offsets(live.ranges, live.offsets);
    identity.is_checked = live.is_complete;
    if (identity.repeated_offsets > 0) {
        findings.notice({"repeated-offsets",
                         "",
                         "",
                         fmt::format("{} rows repeat the offset of another: a foreign writer "
                                     "copied them",
                                     identity.repeated_offsets)});
    }
    for (const OffsetRange& range : live.ranges) {
        if (range.last < identity.watermark) continue;
        findings.error(
            {"offset-above-watermark",
             "",
             "",
             fmt::format(
                 "a row has offset {}, the watermark is {}", range.last, identity.watermark)});
        break;
    }
    if (!live.is_complete) return;
    if (identity.distinct_offsets + identity.offsets_gone != identity.watermark) {
        findings.error({"table-identity",
                        "",
                        "",
                        fmt::format("the watermark is {}, but the tables hold {} distinct offsets "
                                    "and {} are known to be gone",
                                    identity.watermark,
                                    identity.distinct_offsets,
                                    identity.offsets_gone)});
    }
}

}  // namespace

FsckReport run_fsck(const FsckJob& job, io::FileSystem& files, FileProber& prober) {
    FsckReport report;
    report.log = job.log;
    Findings findings;
    LiveOffsets live;
    TableCheck check(files, prober, findings);
    for (const auto& [ident, location] : job.state.metadata_locations) {
        const bool is_ours = ident == ident_of(job.names, Table::kEvents) ||
                             ident == ident_of(job.names, Table::kRejected);
        report.tables.push_back(check.run(ident, location, is_ours ? &live : nullptr));
    }
    for (const Table table : {Table::kEvents, Table::kRejected}) {
        const catalog::TableIdent ident = ident_of(job.names, table);
        if (job.state.metadata_locations.contains(ident)) continue;
        live.is_complete = false;
        findings.notice({"table-missing", catalog::text_of(ident), "", "the table does not exist"});
    }
    check_log(job, findings);
    check_offsets(job, live, report.offsets, findings);
    report.stray_files = check_strays(job, files, findings);
    report.files_checked = check.files_checked();
    report.errors = findings.errors();
    report.notices = findings.notices();
    report.findings = findings.take();
    return report;
}

}  // namespace icelight::lake
