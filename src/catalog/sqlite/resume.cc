#include "catalog/sqlite/resume.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/ids.h"
#include "catalog/snapshot_plan.h"
#include "catalog/sqlite/halt_rows.h"
#include "catalog/sqlite/offsets_gone.h"
#include "catalog/sqlite/rows.h"
#include "iceberg/table_update.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

namespace {

/// One decision being carried out.
class Resumption {
public:
    Resumption(Workshop& shop,
               Connection& connection,
               TableTransaction& tables,
               const ResumeRequest& request)
        : shop_(shop), connection_(connection), tables_(tables), request_(request) {}

    Result<std::uint64_t> run(const std::vector<SinkTable>& sinks) {
        ICE_ASSIGN(const auto halts, load_halts(connection_, request_.sink));
        ICE_ASSIGN(const auto rows, load_sinks(connection_));
        const auto row = rows.find(request_.sink);
        if (halts.empty() || row == rows.end())
            return fail(ErrorCode::kNotFound, "the sink is not halted: there is nothing to decide");
        watermark_ = row->second.progress.watermark;
        std::int64_t gone = 0;
        std::uint64_t kept_below = watermark_.next(0);
        for (const SinkHalt& halt : halts) {
            gone += halt.offsets_gone;
            kept_below = std::min(kept_below, halt.kept_below);
        }
        if (request_.choice == ResumeChoice::kReplay) {
            ICE_ASSIGN(const std::int64_t more, go_back(sinks, kept_below));
            gone += more;
        }
        for (const SinkTable& sink : sinks) {
            ICE_TRY(renew_copy(sink.ident));
        }
        ICE_TRY(tables_.store(connection_));
        ICE_TRY(add_offsets_gone(connection_, request_.sink, gone));
        ICE_TRY(store_watermark(connection_, request_.sink, 0, watermark_.next(0), Uuid{}.text()));
        ICE_TRY(remove_halts(connection_, request_.sink));
        return watermark_.next(0);
    }

private:
    /// Takes W and all tables back to `offset`. @return what R gains by that.
    Result<std::int64_t> go_back(const std::vector<SinkTable>& sinks, std::uint64_t offset) {
        if (request_.log_first_offset > offset) {
            return fail(ErrorCode::kUnsupported,
                        fmt::format("the log begins at offset {}, the tables need it from {} on",
                                    request_.log_first_offset,
                                    offset));
        }
        std::int64_t gone = 0;
        for (const SinkTable& sink : sinks) {
            auto rolled = roll_back(sink, offset);
            if (!rolled) return fail_in(text_of(sink.ident), std::move(rolled).error());
            gone += *rolled;
        }
        gone -= static_cast<std::int64_t>(watermark_.next(0) - offset);
        watermark_.next_offset[0] = offset;
        return gone;
    }

    Result<std::int64_t> roll_back(const SinkTable& sink, std::uint64_t offset) {
        ICE_ASSIGN(const auto row, find_relation(connection_, Relation::kTable, sink.ident));
        if (!row) return 0;
        ICE_ASSIGN(const auto base, tables_.load(connection_, sink.ident));
        ICE_ASSIGN(const auto target, snapshot_carried_to(*base, request_.sink, offset));
        if (target == base->current_snapshot_id) return 0;
        const std::string main(iceberg::kMainBranch);
        iceberg::TableUpdate update = iceberg::RemoveSnapshotRef{main};
        if (target) {
            iceberg::SnapshotRef ref = base->refs.at(main);
            ref.snapshot_id = *target;
            update = iceberg::SetSnapshotRef{main, ref};
        }
        const TimestampUs now_us = next_timestamp_ms(*base, shop_.clock.now_us()) * 1'000;
        ICE_ASSIGN(auto changed, iceberg::apply_updates(*base, std::array{update}, now_us));
        ICE_ASSIGN(
            const std::int64_t gone,
            count_offsets_gone(shop_.files, shop_.lists, *base, changed, sink.offset_field_id));
        tables_.change(sink.ident, std::move(changed));
        return gone;
    }

    Result<> renew_copy(const TableIdent& ident) {
        ICE_ASSIGN(const auto row, find_relation(connection_, Relation::kTable, ident));
        if (!row) return {};
        ICE_ASSIGN(const auto base, tables_.load(connection_, ident));
        const TimestampUs now_us = next_timestamp_ms(*base, shop_.clock.now_us()) * 1'000;
        const std::array<iceberg::TableUpdate, 1> update = {
            iceberg::SetProperties{{{watermark_key(request_.sink), encode_watermark(watermark_)}}}};
        ICE_ASSIGN(auto changed, iceberg::apply_updates(*base, update, now_us));
        tables_.change(ident, std::move(changed));
        return {};
    }

    Workshop& shop_;
    Connection& connection_;
    TableTransaction& tables_;
    const ResumeRequest& request_;
    Watermark watermark_;
};

}  // namespace

Result<std::uint64_t> resume_sink(Workshop& shop,
                                  Writer& writer,
                                  TableTransaction& tables,
                                  const std::vector<SinkTable>& sinks,
                                  const ResumeRequest& request) {
    std::uint64_t watermark = 0;
    const auto outcome = writer.transact([&](Connection& connection) -> Result<bool> {
        ICE_ASSIGN(watermark, Resumption(shop, connection, tables, request).run(sinks));
        return true;
    });
    if (outcome) return watermark;
    if (outcome.error().code != ErrorCode::kCommitStateUnknown) tables.take_back();
    return tl::unexpected(outcome.error());
}

}  // namespace icelight::catalog::sqlite
