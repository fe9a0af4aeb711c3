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

template <std::size_t count>
void encode(const Layout& layout, const ColumnValues<count>& row, std::string& out) {
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

template <std::size_t count>
Result<> decode(const Layout& layout, std::string_view bytes, ColumnValues<count>& row) {
    row.clear();
    ByteReader reader(bytes);
    if (reader.fixed<char>() != layout.codec) {
        return fail(ErrorCode::kCorruption, "row: unknown codec byte");
    }
    const auto received_at = reader.fixed<std::int64_t>();
    const std::uint64_t mask = reader.varint();
    const auto present = static_cast<std::uint32_t>(mask);
    if (!reader.ok() || (mask & ~std::uint64_t{layout.held}) != 0 ||
        (present & layout.required) != layout.required) {
        return fail(ErrorCode::kCorruption, "row: unknown or missing columns");
    }
    row.set_number(layout.received_at, received_at);
    std::array<std::uint64_t, count + 1> lengths;  // NOLINT: read only where set
    for_each_id(present, [&](int id) {
        const std::uint64_t head = reader.varint();
        if ((layout.texts & bit(id)) != 0) {
            lengths[static_cast<std::size_t>(id)] = head;
        } else if ((layout.times & bit(id)) != 0) {
            row.set_number(id, time_value(head, received_at));
        } else {
            row.set_number(id, unzigzag(head));
        }
    });
    for_each_id(present & layout.texts, [&](int id) {
        row.set_text(id, reader.bytes(lengths[static_cast<std::size_t>(id)]));
    });
    if (!reader.ok() || reader.remaining() != 0) {
        return fail(ErrorCode::kCorruption, "row: lengths do not fill its bytes");
    }
    return {};
}

}  // namespace

void encode_row(const RowView& row, std::string& out) {
    encode(kRowLayout, row, out);
}

void encode_reject(const RejectView& reject, std::string& out) {
    encode(kRejectLayout, reject, out);
}

Result<> decode_row(std::string_view bytes, RowView& row) {
    return decode(kRowLayout, bytes, row);
}

Result<> decode_reject(std::string_view bytes, RejectView& reject) {
    return decode(kRejectLayout, bytes, reject);
}

Result<RowView> decode_row(std::string_view bytes) {
    RowView row;
    ICE_TRY(decode(kRowLayout, bytes, row));
    return row;
}

Result<RejectView> decode_reject(std::string_view bytes) {
    RejectView reject;
    ICE_TRY(decode(kRejectLayout, bytes, reject));
    return reject;
}

}  // namespace icelight::event
