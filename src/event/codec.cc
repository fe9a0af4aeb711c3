#include "event/codec.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"

namespace icelight::event {
namespace {

/// What the codec needs to know of a table, worked out from its columns at compile time.
struct Layout {
    char codec;
    int received_at;
    std::uint32_t held;      ///< Columns in the bytes' present mask.
    std::uint32_t required;  ///< Of these, the ones every row has.
    std::uint32_t texts;
    std::uint32_t times;
};

constexpr std::uint32_t bit(int id) {
    return 1u << (id - 1);
}

template <std::size_t count>
constexpr Layout make_layout(char codec, const std::array<Column, count>& columns) {
    Layout layout{codec, 0, 0, 0, 0, 0};
    for (const Column& column : columns) {
        if (column.name == "received_at") layout.received_at = column.id;
        const bool is_outside = column.name == "__ingest_ts" || column.name == "_log_offset" ||
                                column.name == "_log_shard" || column.name == "received_at";
        if (is_outside) continue;
        layout.held |= bit(column.id);
        if (column.is_required) layout.required |= bit(column.id);
        const bool is_number = column.type == ColumnType::kLong || column.type == ColumnType::kInt;
        if (column.type == ColumnType::kTimestamptz) {
            layout.times |= bit(column.id);
        } else if (!is_number) {
            layout.texts |= bit(column.id);
        }
    }
    return layout;
}

constexpr Layout kRowLayout = make_layout(1, kEventColumns);
constexpr Layout kRejectLayout = make_layout(2, kRejectedColumns);

/// Columns of `mask`, lowest id first.
template <class Fn>
inline void for_each_id(std::uint32_t mask, Fn&& fn) {
    for (; mask != 0; mask &= mask - 1)
        fn(std::countr_zero(mask) + 1);
}

inline char* put_varint(char* out, std::uint64_t value) {
    while (value >= 0x80) {
        *out++ = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    *out++ = static_cast<char>(value);
    return out;
}

// Differences wrap, so that any two times can be told apart without overflow.
inline std::uint64_t time_head(std::int64_t value, std::int64_t received_at) {
    const auto difference =
        static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(received_at);
    return zigzag(static_cast<std::int64_t>(difference));
}

inline std::int64_t time_value(std::uint64_t head, std::int64_t received_at) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(unzigzag(head)) +
                                     static_cast<std::uint64_t>(received_at));
}

template <Layout layout, std::size_t count>
void encode(const ColumnValues<count>& row, std::string& out) {
    const std::uint32_t present = (row.present() >> 1) & layout.held;
    ICE_DCHECK((present & layout.required) == layout.required, "a required column is missing");
    const std::int64_t received_at = row.timestamp(layout.received_at);

    std::array<char, 1 + sizeof(std::int64_t) + 10 * (count + 1)> head;  // NOLINT: filled below
    char* cursor = head.data();
    *cursor++ = layout.codec;
    std::memcpy(cursor, &received_at, sizeof received_at);
    cursor = put_varint(cursor + sizeof received_at, present);
    std::size_t text_bytes = 0;
    for_each_id(present, [&](int id) {
        if ((layout.texts & bit(id)) != 0) {
            const std::size_t length = row.text(id).size();
            text_bytes += length;
            cursor = put_varint(cursor, length);
        } else if ((layout.times & bit(id)) != 0) {
            cursor = put_varint(cursor, time_head(row.number(id), received_at));
        } else {
            cursor = put_varint(cursor, zigzag(row.number(id)));
        }
    });

    const auto head_bytes = static_cast<std::size_t>(cursor - head.data());
    const std::size_t begin = out.size();
    out.resize(begin + head_bytes + text_bytes);
    char* to = out.data() + begin;
    std::memcpy(to, head.data(), head_bytes);
    to += head_bytes;
    for_each_id(present & layout.texts, [&](int id) {
        const std::string_view text = row.text(id);
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        to += text.size();
    });
}

/// The varint in the 8 bytes at `at`; false if it is longer.
inline bool take_short_varint(const char*& at, std::uint64_t& value) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    const std::uint64_t ends = ~word & 0x8080808080808080;
    if (ends == 0) return false;
    word &= ends ^ (ends - 1);  // up to its last byte
    at += std::countr_zero(ends) / 8 + 1;
    // Seven bits of each byte, pushed together by pairs.
    word = (word & 0x007f007f007f007f) | ((word & 0x7f007f007f007f00) >> 1);
    word = (word & 0x00003fff00003fff) | ((word & 0x3fff00003fff0000) >> 2);
    value = (word & 0x000000000fffffff) | ((word & 0x0fffffff00000000) >> 4);
    return true;
}

inline bool take_varint(const char*& at, const char* end, std::uint64_t& value) {
    if (at != end && static_cast<signed char>(*at) >= 0) {  // most are one byte
        value = static_cast<unsigned char>(*at++);
        return true;
    }
    if (end - at >= 8 && take_short_varint(at, value)) return true;
    value = 0;
    for (unsigned shift = 0; shift < 64 && at != end; shift += 7) {
        const auto byte = static_cast<unsigned char>(*at++);
        value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
        if ((byte & 0x80) == 0) return true;
    }
    return false;
}

/// What stands before a row's texts, checked against its bytes as a whole.
template <std::size_t count>
struct Head {
    std::int64_t received_at;
    std::uint32_t present;
    std::array<std::uint64_t, count> values;  ///< One for each present column, by id.
    const char* texts;                        ///< Where the texts begin; they end with the row.

    /// `id` is present.
    std::uint64_t value(int id) const {
        return values[static_cast<std::size_t>(std::popcount(present & (bit(id) - 1)))];
    }
};

template <Layout layout, std::size_t count>
Result<> decode_head(std::string_view bytes, Head<count>& head) {
    if (bytes.empty() || bytes.front() != layout.codec) {
        return fail(ErrorCode::kCorruption, "row: unknown codec byte");
    }
    const char* at = bytes.data() + 1;
    const char* const end = bytes.data() + bytes.size();
    std::uint64_t mask = 0;
    bool is_whole = bytes.size() > sizeof head.received_at;
    if (is_whole) {
        std::memcpy(&head.received_at, at, sizeof head.received_at);
        at += sizeof head.received_at;
        is_whole = take_varint(at, end, mask);
    }
    head.present = static_cast<std::uint32_t>(mask);
    if (!is_whole || (mask & ~std::uint64_t{layout.held}) != 0 ||
        (head.present & layout.required) != layout.required) {
        return fail(ErrorCode::kCorruption, "row: unknown or missing columns");
    }
    std::uint64_t* value = head.values.data();
    std::uint64_t text_bytes = 0;
    for (std::uint32_t left = head.present; left != 0 && is_whole; left &= left - 1, ++value) {
        is_whole = take_varint(at, end, *value);
        if ((layout.texts & left & (0u - left)) == 0) continue;
        is_whole = is_whole && *value <= bytes.size();  // so that their sum cannot overflow
        text_bytes += *value;
    }
    head.texts = at;
    if (!is_whole || text_bytes != static_cast<std::uint64_t>(end - at)) {
        return fail(ErrorCode::kCorruption, "row: lengths do not fill its bytes");
    }
    return {};
}

template <Layout layout, std::size_t count>
Result<> decode(std::string_view bytes, ColumnValues<count>& row) {
    Head<count> head;  // NOLINT(cppcoreguidelines-pro-type-member-init): read only where set
    ICE_TRY((decode_head<layout>(bytes, head)));
    row.clear();
    row.set_number(layout.received_at, head.received_at);
    const std::uint64_t* value = head.values.data();
    const char* text = head.texts;
    for_each_id(head.present, [&](int id) {
        if ((layout.texts & bit(id)) != 0) {
            row.set_text(id, {text, *value});
            text += *value;
        } else if ((layout.times & bit(id)) != 0) {
            row.set_number(id, time_value(*value, head.received_at));
        } else {
            row.set_number(id, unzigzag(*value));
        }
        ++value;
    });
    return {};
}

/// The columns of `wanted` only.
template <Layout layout, std::size_t count>
Result<> decode(std::string_view bytes, std::uint32_t wanted, ColumnValues<count>& row) {
    Head<count> head;  // NOLINT(cppcoreguidelines-pro-type-member-init): read only where set
    ICE_TRY((decode_head<layout>(bytes, head)));
    row.clear();
    row.set_number(layout.received_at, head.received_at);
    for_each_id(head.present & wanted & ~layout.texts, [&](int id) {
        const bool is_time = (layout.times & bit(id)) != 0;
        row.set_number(
            id, is_time ? time_value(head.value(id), head.received_at) : unzigzag(head.value(id)));
    });
    const char* text = head.texts;
    std::uint32_t passed = 0;
    for_each_id(head.present & wanted & layout.texts, [&](int id) {
        const std::uint32_t before = head.present & layout.texts & (bit(id) - 1) & ~passed;
        for_each_id(before, [&](int skipped) { text += head.value(skipped); });
        row.set_text(id, {text, head.value(id)});
        text += head.value(id);
        passed |= before | bit(id);
    });
    return {};
}

}  // namespace

void encode_row(const RowView& row, std::string& out) {
    encode<kRowLayout>(row, out);
}

void encode_reject(const RejectView& reject, std::string& out) {
    encode<kRejectLayout>(reject, out);
}

Result<> decode_row(std::string_view bytes, RowView& row) {
    return decode<kRowLayout>(bytes, row);
}

Result<> decode_reject(std::string_view bytes, RejectView& reject) {
    return decode<kRejectLayout>(bytes, reject);
}

Result<> decode_row(std::string_view bytes, std::uint32_t wanted, RowView& row) {
    return decode<kRowLayout>(bytes, wanted, row);
}

Result<> decode_reject(std::string_view bytes, std::uint32_t wanted, RejectView& reject) {
    return decode<kRejectLayout>(bytes, wanted, reject);
}

Result<RowOrder> decode_row_order(std::string_view bytes) {
    Head<kEventColumnCount> head;  // NOLINT(cppcoreguidelines-pro-type-member-init): as in decode()
    ICE_TRY((decode_head<kRowLayout>(bytes, head)));
    RowOrder order;
    order.timestamp = time_value(head.value(id::kTimestamp), head.received_at);
    if ((head.present & bit(id::kEvent)) == 0) return order;
    const char* text = head.texts;
    for_each_id(head.present & kRowLayout.texts & (bit(id::kEvent) - 1),
                [&](int id) { text += head.value(id); });
    order.event = std::string_view(text, head.value(id::kEvent));
    return order;
}

Result<RowView> decode_row(std::string_view bytes) {
    RowView row;
    ICE_TRY(decode<kRowLayout>(bytes, row));
    return row;
}

Result<RejectView> decode_reject(std::string_view bytes) {
    RejectView reject;
    ICE_TRY(decode<kRejectLayout>(bytes, reject));
    return reject;
}

}  // namespace icelight::event
