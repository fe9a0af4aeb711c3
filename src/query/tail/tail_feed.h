#pragma once

#include <cstddef>
#include <deque>
#include <string>

#include "base/result.h"
#include "engine/appender.h"
#include "query/worker/protocol.h"

namespace icelight::wal {
struct RecordView;
}

namespace icelight::query {

/// CREATE TABLE of a tail's table, in the order of the event columns.
std::string make_tail_table_sql(TailKind kind);

/// Decodes log records into a tail's table.
class TailFeed {
public:
    /// Needs the table and its session's default schema to be the tail's.
    static Result<TailFeed> open(engine::Session& session, TailKind kind);

    /// Decodes and appends a record's items. Its bytes are copied: they may go afterwards.
    /// @error kCorruption  an item is not a row; the message names its offset.
    Result<> append(const wal::RecordView& record);

    /// Makes everything appended visible.
    Result<> flush();

private:
    TailFeed(engine::Appender appender, TailKind kind)
        : appender_(std::move(appender)), kind_(kind) {}

    template <class Values, class Decode>
    Result<> append_items(const wal::RecordView& record, Values& values, Decode decode);

    Result<> append_chunk();

    engine::Appender appender_;
    TailKind kind_;
    std::size_t rows_ = 0;          ///< In the open chunk.
    std::deque<std::string> held_;  ///< What the open chunk points into.
};

}  // namespace icelight::query
