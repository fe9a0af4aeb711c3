#include "server/fsck_report.h"

#include <fmt/format.h>

#include "http/response.h"
#include "lake/fsck/fsck.h"

namespace icelight::server {
namespace {

std::string table_json(const lake::FsckTable& table) {
    return fmt::format(
        R"({{"name":{},"snapshots":{},"manifests":{},"data_files":{},"live_files":{},)"
        R"("live_rows":{},"live_bytes":{}}})",
        http::quote_json(table.name),
        table.snapshots,
        table.manifests,
        table.data_files,
        table.live_files,
        table.live_rows,
        table.live_bytes);
}

std::string finding_json(const lake::Finding& finding) {
    return fmt::format(R"({{"severity":"{}","check":{},"table":{},"path":{},"detail":{}}})",
                       finding.is_error ? "error" : "notice",
                       http::quote_json(finding.check),
                       http::quote_json(finding.table),
                       http::quote_json(finding.path),
                       http::quote_json(finding.detail));
}

std::string log_json(const lake::FsckReport& report) {
    if (!report.log) return "null";
    const auto& counters = report.log->counters;
    return fmt::format(R"({{"uuid":"{}","first_offset":{},"next_offset":{},"received":{},)"
                       R"("stored":{},"rejected":{},"dropped":{},"duplicate":{}}})",
                       report.log->log_uuid.text(),
                       report.log->first_offset,
                       report.log->next_offset,
                       counters.received,
                       counters.stored,
                       counters.rejected,
                       counters.dropped,
                       counters.duplicate);
}

template <class Items, class Encode>
std::string array_json(const Items& items, Encode encode) {
    std::string out;
    for (const auto& item : items) {
        if (!out.empty()) out += ',';
        out += encode(item);
    }
    return "[" + out + "]";
}

}  // namespace

std::string encode_fsck_report(const lake::FsckReport& report) {
    const lake::OffsetIdentity& offsets = report.offsets;
    return fmt::format(
        R"({{"clean":{},"errors":{},"notices":{},"files_checked":{},"stray_files":{},)"
        R"("offsets":{{"checked":{},"watermark":{},"distinct":{},"gone":{},"repeated":{}}},)"
        R"("log":{},"tables":{},"findings":{}}})",
        report.is_clean(),
        report.errors,
        report.notices,
        report.files_checked,
        report.stray_files,
        offsets.is_checked,
        offsets.watermark,
        offsets.distinct_offsets,
        offsets.offsets_gone,
        offsets.repeated_offsets,
        log_json(report),
        array_json(report.tables, table_json),
        array_json(report.findings, finding_json));
}

}  // namespace icelight::server
