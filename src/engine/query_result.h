#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/result.h"
#include "engine/column_type.h"

namespace icelight::engine {

struct SessionState;

struct HugeInt {
    std::uint64_t low = 0;
    std::int64_t high = 0;  ///< Of kUHugeInt: the bits of an unsigned number.
};

struct Interval {
    std::int32_t months = 0;
    std::int32_t days = 0;
    std::int64_t micros = 0;
};

/// Where a row's elements lie in the child vector.
struct ListEntry {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
};

/// Typed access to one column of one chunk. Values of NULL rows must not be read.
///
/// Lifetime: valid while its Chunk and QueryResult live. Thread safety: reads only.
class VectorView {
public:
    VectorView(void* vector, const ColumnType& type);

    const ColumnType& type() const { return *type_; }

    bool is_null(std::size_t row) const {
        return validity_ != nullptr && ((validity_[row / 64] >> (row % 64)) & 1u) == 0;
    }

    /// False: no row is NULL.
    bool may_have_nulls() const { return validity_ != nullptr; }

    /// The stored value: bool, int8_t ... uint64_t, float, double by the column's type; int32_t for
    /// kDate; int64_t for kTime and timestamps in their own unit; HugeInt; Interval.
    template <class T>
    T value(std::size_t row) const {
        T out;
        std::memcpy(&out, static_cast<const char*>(data_) + row * sizeof(T), sizeof(T));
        return out;
    }

    /// kVarchar, kBlob (and the raw bytes of kBit): valid while the chunk lives.
    std::string_view bytes(std::size_t row) const {
        const char* slot = static_cast<const char*>(data_) + row * kTextSlotBytes;
        std::uint32_t length = 0;
        std::memcpy(&length, slot, sizeof(length));
        if (length <= kTextInlineBytes) return {slot + sizeof(length), length};
        const char* pointer = nullptr;
        std::memcpy(&pointer, slot + 8, sizeof(pointer));
        return {pointer, length};
    }

    /// Any signed or unsigned integer type up to kInt64 and kUInt32, kBoolean, kDate, kTime and
    /// timestamps in their own unit, as int64.
    std::int64_t integer(std::size_t row) const;

    /// kFloat and kDouble.
    double real(std::size_t row) const;

    /// kList, kMap and kArray: the row's elements in child(0) (kMap: keys in child(0), values in
    /// child(1)).
    ListEntry list(std::size_t row) const;

    /// By the order of ColumnType::children.
    VectorView child(std::size_t index) const;

private:
    static constexpr std::size_t kTextSlotBytes = 16;
    static constexpr std::size_t kTextInlineBytes = 12;

    void* vector_;
    const ColumnType* type_;
    const void* data_;
    const std::uint64_t* validity_;
};

/// Appends the value as `CAST(... AS VARCHAR)` would write it in a UTC session; "NULL" when it is
/// NULL. For every type: numbers, times, decimals, blobs (with \x escapes), lists, structs, maps.
/// One difference: a decimal always has a digit before its point (a JSON number must).
void append_text(const VectorView& vector, std::size_t row, std::string& out);

/// Up to 2,048 rows of a result.
class Chunk {
public:
    Chunk(void* chunk, const std::vector<ResultColumn>* columns);
    Chunk(Chunk&& other) noexcept;
    Chunk& operator=(Chunk&& other) noexcept;
    ~Chunk();

    std::size_t row_count() const { return row_count_; }

    std::size_t column_count() const { return columns_->size(); }

    VectorView column(std::size_t index) const;

private:
    friend class ArrowStream;

    void* chunk_;
    const std::vector<ResultColumn>* columns_;
    std::size_t row_count_;
};

/// The rows of one query, made as they are asked for.
///
/// A session has one open result at a time: starting the next query ends this one's rows. Rows come
/// in the query's order. Thread safety: none. Lifetime: keeps its session and database open.
class QueryResult {
public:
    struct Handle;  // NOLINT(readability-identifier-naming)

    QueryResult(std::shared_ptr<SessionState> session, std::unique_ptr<Handle> handle);
    QueryResult(QueryResult&&) noexcept;
    QueryResult& operator=(QueryResult&&) noexcept;
    ~QueryResult();

    const std::vector<ResultColumn>& columns() const;

    /// The next chunk that has rows; empty at the end. The chunk must not outlive this result.
    /// @error as Session::query; after an error the result is at its end.
    Result<std::optional<Chunk>> next();

private:
    friend class ArrowStream;

    std::shared_ptr<SessionState> session_;
    std::unique_ptr<Handle> handle_;
};

}  // namespace icelight::engine
