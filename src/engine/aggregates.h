#pragma once

#include <array>
#include <string_view>

/// Aggregates that SQL has no exact and fast words for; a database has them when it was opened with
/// DatabaseOptions::aggregate_bytes_max. None knows what an event is.
///
/// sequence_depth(spec, time TIMESTAMPTZ, position BIGINT, steps BIGINT) -> INTEGER
///   How many steps of a sequence the group's rows reach, exactly: see aggregate/sequence.h.
///   `spec` is one text for all rows: the number of steps (1 to 30), and windows, both ends
///   included: '3 total=7d step2=1h' (us, ms, s, m, h, d, w), and `first` for the chain of the
///   first events only. `steps` has bit k (from 0) when the row is of step k + 1, and bit 30 + k
///   when it must not lie between steps k and k + 1.
/// sequence_match(the same) -> STRUCT(times TIMESTAMPTZ[], positions BIGINT[])
///   The rows of the shortest chain that reaches that depth; as many as it is deep.
/// sequence_counts(spec, key VARCHAR, time, position, steps) -> BIGINT[]
///   How many keys reach each step: the lengths of sequence_depth for each key, summed up, at less
///   cost than a group for each. Empty for a group without rows.
/// path_around(spec, time TIMESTAMPTZ, position BIGINT, name VARCHAR, is_anchor BOOLEAN)
///   -> VARCHAR[]
///   The names around the earliest anchor; 'before=3 after=3' gives seven elements, the anchor in
///   the fourth, NULL where there are no more rows. NULL for a group without an anchor.
/// cohort_periods(bucket BIGINT, is_start BOOLEAN, is_active BOOLEAN)
///   -> STRUCT(cohort INTEGER, periods BIGINT)
///   The first bucket (0 to 65,535) with is_start, NULL if none; bit p: active in bucket
///   cohort + p, for p up to 61; bit 62: active later than that.
///
/// Rows are ordered by time, then position (NULL before all). Rows whose key, time, name, bucket or
/// steps are NULL, whose steps are 0 or whose time is infinite are left out; other NULLs mean
/// false. The functions must not be called OVER a window nor with ORDER BY among their arguments:
/// the engine's interface cannot do it (it crashes), so a gate refuses both.
///
/// Bounded: what the groups hold counts against aggregate_bytes_max, together with that of other
/// statements of the database ("Out of Memory Error" in the message, kInvalidArgument). An
/// interrupt ends the aggregates of all statements that run in the database.
namespace icelight::engine {

inline constexpr std::array<std::string_view, 5> kAggregateNames = {
    "cohort_periods", "path_around", "sequence_counts", "sequence_depth", "sequence_match"};

}  // namespace icelight::engine
