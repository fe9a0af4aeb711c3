#include "query/reply/reply_meta.h"

#include <chrono>
#include <iterator>

#include <fmt/format.h>

#include "query/reply/iso_time.h"
#include "query/reply/json_value.h"

namespace icelight::query {

std::string columns_text(const std::vector<std::string>& names,
                         const std::vector<engine::ResultColumn>& columns) {
    std::string out = "[";
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i != 0) out += ',';
        out += R"({"name":)";
        append_json_string(names[i], out);
        out += R"(,"type":)";
        append_json_string(columns[i].type.name, out);
        out += '}';
    }
    return out + ']';
}

void append_meta(const ReplyFacts& facts, std::string& out) {
    const auto ms = [](std::chrono::microseconds time) {
        return static_cast<double>(time.count()) / 1'000.0;
    };
    fmt::format_to(std::back_inserter(out),
                   R"("rowCount":{},"executionTime":{:.3f},"truncated":{},"snapshotId":)",
                   facts.rows,
                   ms(facts.execution),
                   facts.is_truncated);
    // Snapshot ids use all 63 bits: as text.
    out += facts.snapshot_id ? fmt::format("\"{}\"", *facts.snapshot_id) : "null";
    fmt::format_to(std::back_inserter(out),
                   R"(,"watermark":{},"durable":{},"tailRows":{},"dataThrough":)",
                   facts.tail_from,
                   facts.tail_to,
                   facts.tail_rows);
    if (facts.data_through_us == 0) {
        out += "null";
    } else {
        out += '"';
        append_iso_timestamp(facts.data_through_us, engine::Type::kTimestampTz, out);
        out += '"';
    }
    fmt::format_to(std::back_inserter(out),
                   R"(,"timings":{{"waitMs":{:.3f},"planMs":{:.3f}}},"rowsScanned":{},)"
                   R"("bytesScanned":{},"files":{},"filesSkipped":{})",
                   ms(facts.waited),
                   ms(facts.planned),
                   facts.rows_scanned,
                   facts.bytes_scanned,
                   facts.files,
                   facts.files_skipped);
}

}  // namespace icelight::query
