#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/result.h"

namespace icelight::engine {

/// Rows in a full chunk.
inline constexpr std::size_t kChunkRows = 2048;

/// The column types that can be written.
enum class WriteType : std::uint8_t {
    kText,         ///< VARCHAR; must be UTF-8.
    kBlob,         ///< BLOB.
    kTimestampTz,  ///< TIMESTAMP WITH TIME ZONE; set_int64, microseconds UTC.
    kInt64,
    kInt32,
    kDouble,
    kBoolean,
};

/// Fills one chunk of rows, column by column or row by row.
///
/// Texts and blobs are not copied: they must stay where they are until the chunk's taker says so
/// (see RowSource). Every row below the final count must be set in every column.
/// Thread safety: none. Cost: a store per value; some rows of one column after the other are faster
/// than one row of many columns, whose places in memory stand in each other's way in the cache.
class ChunkWriter {
public:
    /// One column. Cheap to copy; a loop over a copy keeps it in registers.
    class Column {
    public:
        void set_text(std::size_t row, std::string_view value) {
            char* const slot = static_cast<char*>(data_) + row * kSlotBytes;
            const auto length = static_cast<std::uint32_t>(value.size());
            std::memcpy(slot, &length, sizeof(length));
            if (value.size() <= kInlineBytes) {
                // A short text fills prefix and pointer as one field of 12 bytes.
                std::memset(slot + sizeof(length), 0, kInlineBytes);
                copy_short(slot + sizeof(length), value);
                return;
            }
            const char* const pointer = value.data();
            std::memcpy(slot + sizeof(length), pointer, kPrefixBytes);
            std::memcpy(slot + sizeof(length) + kPrefixBytes, &pointer, sizeof(pointer));
        }

        void set_int64(std::size_t row, std::int64_t value) { store(row, value); }

        void set_int32(std::size_t row, std::int32_t value) { store(row, value); }

        void set_double(std::size_t row, double value) { store(row, value); }

        void set_boolean(std::size_t row, bool value) { store(row, value); }

        void set_null(std::size_t row) {
            if (validity_ == nullptr) open_validity();
            validity_[row / 64] &= ~(std::uint64_t{1} << (row % 64));
        }

    private:
        friend struct ChunkAccess;

        // The engine's layout of a string: length, first bytes, where it is; or length and all.
        static constexpr std::size_t kSlotBytes = 16;
        static constexpr std::size_t kPrefixBytes = 4;
        static constexpr std::size_t kInlineBytes = 12;

        /// Like memcpy for up to kInlineBytes, without a call: the ends are copied and may overlap.
        static void copy_short(char* to, std::string_view value) {
            const char* const from = value.data();
            const std::size_t bytes = value.size();
            if (bytes >= 8) {
                std::memcpy(to, from, 8);
                std::memcpy(to + bytes - 4, from + bytes - 4, 4);
            } else if (bytes >= 4) {
                std::memcpy(to, from, 4);
                std::memcpy(to + bytes - 4, from + bytes - 4, 4);
            } else if (bytes > 0) {
                to[0] = from[0];
                to[bytes / 2] = from[bytes / 2];
                to[bytes - 1] = from[bytes - 1];
            }
        }

        template <class T>
        void store(std::size_t row, T value) {
            ICE_DCHECK(row < kChunkRows, "a chunk has 2,048 rows");
            std::memcpy(static_cast<char*>(data_) + row * sizeof(T), &value, sizeof(T));
        }

        /// May be called again: it then finds what is open.
        void open_validity();

        void* vector_ = nullptr;
        void* data_ = nullptr;
        std::uint64_t* validity_ = nullptr;
    };

    std::size_t column_count() const { return columns_.size(); }

    Column column(std::size_t index) const { return columns_[index]; }

    void set_text(std::size_t column, std::size_t row, std::string_view value) {
        columns_[column].set_text(row, value);
    }

    void set_int64(std::size_t column, std::size_t row, std::int64_t value) {
        columns_[column].set_int64(row, value);
    }

    void set_int32(std::size_t column, std::size_t row, std::int32_t value) {
        columns_[column].set_int32(row, value);
    }

    void set_double(std::size_t column, std::size_t row, double value) {
        columns_[column].set_double(row, value);
    }

    void set_boolean(std::size_t column, std::size_t row, bool value) {
        columns_[column].set_boolean(row, value);
    }

    void set_null(std::size_t column, std::size_t row) { columns_[column].set_null(row); }

private:
    friend struct ChunkAccess;

    std::vector<Column> columns_;
};

/// Where rows come from.
class RowSource {
public:
    virtual ~RowSource() = default;
    RowSource() = default;
    RowSource(const RowSource&) = delete;
    RowSource& operator=(const RowSource&) = delete;

    /// Sets rows 0 .. n-1 of every column, n <= kChunkRows, and returns n; 0 ends the rows.
    /// Texts must stay where they are until the whole writing, or reading, has ended. An error ends
    /// it with that error.
    virtual Result<std::size_t> fill(ChunkWriter& chunk) = 0;
};

}  // namespace icelight::engine
