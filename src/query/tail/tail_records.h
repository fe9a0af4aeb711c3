#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "engine/scan_table.h"
#include "query/worker/protocol.h"

namespace icelight::wal {
struct RecordView;
}

namespace icelight::query {

/// The columns that SQL sees of a kind, in the order of the event's or the reject's column table.
std::vector<engine::ScanColumn> tail_columns(TailKind kind);

/// Log records of one kind, kept as the log holds them: a scan decodes its rows, and of those the
/// columns that are used.
///
/// Thread safety: changed by one thread while no statement reads; scans on any thread.
class TailRecords final : public engine::ScanTable {
public:
    explicit TailRecords(TailKind kind) : kind_(kind) {}

    /// Keeps a copy of a record that follows the ones before it.
    /// @error kCorruption  an item is not a row; the message names its offset.
    Result<> append(const wal::RecordView& record);

    /// Forgets the records that end at or below `offset`.
    void drop_below(std::uint64_t offset);
    void clear();

    /// The offsets [from, to) that scans from now on show.
    void show(std::uint64_t from, std::uint64_t to);

    std::uint64_t row_count() const override;
    std::unique_ptr<engine::ScanPass> start(std::vector<std::size_t> columns) override;

    std::uint64_t bytes() const { return bytes_; }

private:
    struct Record {
        std::uint64_t first_offset = 0;
        std::uint32_t count = 0;
        TimestampUs written_at_us = 0;
        std::string payload;
        std::string lengths;

        std::uint64_t end() const { return first_offset + count; }
    };

    class Pass;
    template <class Values>
    class Source;

    const TailKind kind_;
    std::deque<Record> records_;  ///< By offset.
    std::uint64_t bytes_ = 0;     ///< Of their payloads.
    std::uint64_t from_ = 0;
    std::uint64_t to_ = 0;
};

}  // namespace icelight::query
