#include "query/tail/tail.h"

#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "engine/appender.h"
#include "event/codec.h"
#include "event/columns.h"
#include "io/file_system.h"
#include "query/tail/tail_feed.h"
#include "wal/reader.h"

namespace icelight::query {
namespace {

/// A DELETE costs about a millisecond whatever its size.
constexpr std::uint64_t kDeleteOffsetsMin = 16'384;

}  // namespace

/// Both tables' feeds during one reading.
class Tail::Feeds {
public:
    static Result<Feeds> open(engine::Session& session) {
        ICE_ASSIGN(auto events, TailFeed::open(session, TailKind::kEvents));
        ICE_ASSIGN(auto rejected, TailFeed::open(session, TailKind::kRejected));
        return Feeds{std::move(events), std::move(rejected)};
    }

    Result<> append(const wal::RecordView& record) {
        if (record.kind == wal::RecordKind::kRows) return events_.append(record);
        if (record.kind == wal::RecordKind::kRejects) return rejected_.append(record);
        return {};
    }

    Result<> flush() {
        ICE_TRY(events_.flush());
        return rejected_.flush();
    }

private:
    Feeds(TailFeed events, TailFeed rejected)
        : events_(std::move(events)), rejected_(std::move(rejected)) {}

    TailFeed events_;
    TailFeed rejected_;
};

Tail::Tail(Options options, engine::Session session, io::FileSystem& files)
    : options_(std::move(options)), session_(std::move(session)), files_(&files) {}

Tail::Tail(Tail&&) noexcept = default;
Tail& Tail::operator=(Tail&&) noexcept = default;
Tail::~Tail() = default;

Result<Tail> Tail::create(Options options, engine::Session session, io::FileSystem& files) {
    ICE_TRY(session.execute(make_tail_table_sql(TailKind::kEvents)));
    ICE_TRY(session.execute(make_tail_table_sql(TailKind::kRejected)));
    return Tail(std::move(options), std::move(session), files);
}

Result<TailCut> Tail::advance(std::uint64_t from, std::uint64_t to, const IsStopped& is_stopped) {
    if (from >= to) return TailCut{from, from, false};
    if (from < begin_ || from > end_) {
        ICE_TRY(reset(from));
    }
    if (from - begin_ >= kDeleteOffsetsMin) {
        ICE_TRY(drop_below(from));
    }
    if (to > end_) {
        auto read = read_on(to, is_stopped);
        if (!read) {
            // Nobody knows what of it is in the tables.
            ICE_TRY(reset(from));
            return tl::unexpected(read.error());
        }
    }
    return TailCut{from, to, to < end_};
}

Result<> Tail::read_on(std::uint64_t to, const IsStopped& is_stopped) {
    if (!reader_) {
        ICE_ASSIGN(auto reader, wal::Reader::open(options_.log_directory, *files_));
        reader_ = std::make_unique<wal::Reader>(std::move(reader));
    }
    ICE_ASSIGN(auto feeds, Feeds::open(session_));
    ICE_TRY(reader_->read(end_, to, [&](const wal::RecordView& record) -> Result<> {
        if (is_stopped()) return fail(ErrorCode::kTimeout, "stopped while reading the log");
        bytes_ += record.payload.size();
        pieces_.push_back({record.first_offset + record.count, record.payload.size()});
        if (bytes_ > options_.bytes_max) {
            return fail(ErrorCode::kUnavailable,
                        "too many rows wait to be flushed into the table; try again later");
        }
        return feeds.append(record);
    }));
    ICE_TRY(feeds.flush());
    end_ = to;
    return {};
}

Result<> Tail::reset(std::uint64_t offset) {
    reader_.reset();
    pieces_.clear();
    bytes_ = 0;
    begin_ = offset;
    end_ = offset;
    ICE_TRY(session_.execute(fmt::format("DELETE FROM {}", kTailEvents)));
    return session_.execute(fmt::format("DELETE FROM {}", kTailRejected));
}

Result<> Tail::drop_below(std::uint64_t offset) {
    for (const auto table : {kTailEvents, kTailRejected}) {
        ICE_TRY(
            session_.execute(fmt::format("DELETE FROM {} WHERE _log_offset < {}", table, offset)));
    }
    while (!pieces_.empty() && pieces_.front().end <= offset) {
        bytes_ -= pieces_.front().bytes;
        pieces_.pop_front();
    }
    begin_ = offset;
    return {};
}

}  // namespace icelight::query
