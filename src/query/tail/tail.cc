#include "query/tail/tail.h"

#include <string>
#include <utility>

#include "engine/scan_table.h"
#include "io/file_system.h"
#include "query/plan/table_view.h"
#include "query/tail/tail_records.h"
#include "wal/reader.h"

namespace icelight::query {

Tail::Tail(Options options, io::FileSystem& files)
    : options_(std::move(options)),
      files_(&files),
      events_(std::make_shared<TailRecords>(TailKind::kEvents)),
      rejected_(std::make_shared<TailRecords>(TailKind::kRejected)) {}

Tail::Tail(Tail&&) noexcept = default;
Tail& Tail::operator=(Tail&&) noexcept = default;
Tail::~Tail() = default;

Result<Tail> Tail::create(Options options, engine::Session& session, io::FileSystem& files) {
    Tail tail(std::move(options), files);
    ICE_TRY(engine::register_scan(
        session, std::string(kTailEvents), tail_columns(TailKind::kEvents), tail.events_));
    ICE_TRY(engine::register_scan(
        session, std::string(kTailRejected), tail_columns(TailKind::kRejected), tail.rejected_));
    return tail;
}

Result<TailCut> Tail::advance(std::uint64_t from, std::uint64_t to, const IsStopped& is_stopped) {
    if (from >= to) return TailCut{from, from};
    if (from < begin_ || from > end_) reset(from);
    for (auto* const records : {events_.get(), rejected_.get()})
        records->drop_below(from);
    begin_ = from;
    if (to > end_) {
        auto read = read_on(to, is_stopped);
        if (!read) {
            // Nobody knows what of it is here.
            reset(from);
            return tl::unexpected(read.error());
        }
    }
    for (auto* const records : {events_.get(), rejected_.get()})
        records->show(from, to);
    return TailCut{from, to};
}

Result<> Tail::read_on(std::uint64_t to, const IsStopped& is_stopped) {
    if (!reader_) {
        ICE_ASSIGN(auto reader, wal::Reader::open(options_.log_directory, *files_));
        reader_ = std::make_unique<wal::Reader>(std::move(reader));
    }
    ICE_TRY(reader_->read(end_, to, [&](const wal::RecordView& record) -> Result<> {
        if (is_stopped()) return fail(ErrorCode::kTimeout, "stopped while reading the log");
        ICE_TRY(append(record));
        if (events_->bytes() + rejected_->bytes() > options_.bytes_max) {
            return fail(ErrorCode::kUnavailable,
                        "too many rows wait to be flushed into the table; try again later");
        }
        return {};
    }));
    end_ = to;
    return {};
}

Result<> Tail::append(const wal::RecordView& record) {
    if (record.kind == wal::RecordKind::kRows) return events_->append(record);
    if (record.kind == wal::RecordKind::kRejects) return rejected_->append(record);
    return {};
}

void Tail::reset(std::uint64_t offset) {
    reader_.reset();
    events_->clear();
    rejected_->clear();
    begin_ = offset;
    end_ = offset;
}

}  // namespace icelight::query
