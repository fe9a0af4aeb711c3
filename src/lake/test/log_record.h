#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "lake/flush/log_rows.h"
#include "wal/record.h"

namespace icelight::lake::testing {

/// Adds a record of these items, whose bytes end with this call.
inline Result<> add_record(LogRows& rows,
                           wal::RecordKind kind,
                           std::uint64_t first_offset,
                           const std::vector<std::string_view>& items,
                           TimestampUs written_at_us = 500) {
    std::string lengths;
    std::string payload;
    for (const std::string_view item : items) {
        append_fixed(lengths, static_cast<std::uint32_t>(item.size()));
        payload += item;
    }
    wal::RecordView record;
    record.kind = kind;
    record.first_offset = first_offset;
    record.count = static_cast<std::uint32_t>(items.size());
    record.written_at_us = written_at_us;
    record.payload = payload;
    record.lengths = lengths;
    return rows.add(record);
}

}  // namespace icelight::lake::testing
