#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/avro/avro_schema_internal.h"

namespace icelight::iceberg {

/// Reads Avro data by the schema it was written with.
///
/// The first failure is remembered; after it every read returns an empty value and every loop
/// ends: check status() once. Unions are looked through. Views point into the input.
class AvroReader {
public:
    explicit AvroReader(std::string_view input) : input_(input), items_left_(input.size()) {}

    bool ok() const { return problem_.empty(); }

    Result<> status() const;
    void fail(std::string problem);

    std::size_t remaining() const { return input_.size(); }

    /// Variable-length zig-zag integer.
    std::int64_t varint();
    /// Length-prefixed bytes.
    std::string_view sized();
    std::string_view bytes(std::size_t count);

    /// Each takes nullable unions; find_*() answers null with none, the others fail.
    std::optional<std::int64_t> find_int64(const AvroNode& node);
    std::int64_t int64(const AvroNode& node);
    std::int32_t int32(const AvroNode& node);
    std::optional<std::string> find_text(const AvroNode& node);
    std::string text(const AvroNode& node);
    std::optional<bool> find_boolean(const AvroNode& node);
    float float32(const AvroNode& node);
    double float64(const AvroNode& node);

    /// The branch that follows, behind any union; nullptr for null and after a failure.
    const AvroNode* branch(const AvroNode& node);

    void skip(const AvroNode& node);

    /// Calls fn(const AvroField&) for each field; it reads the field and returns true, or leaves it
    /// and returns false. @return false for null.
    template <class Fn>
    bool record(const AvroNode& node, Fn fn) {
        const auto* record = branch(node);
        if (record == nullptr) return false;
        if (record->kind != AvroKind::kRecord) return wrong_type("record");
        for (const auto& field : record->fields) {
            if (!ok()) return false;
            if (!fn(field)) skip(*field.type);
        }
        return true;
    }

    /// Calls fn(const AvroNode& item) for each item of an array; null is empty.
    template <class Fn>
    void array(const AvroNode& node, Fn fn) {
        const auto* array = branch(node);
        if (array == nullptr) return;
        if (array->kind != AvroKind::kArray) {
            wrong_type("array");
            return;
        }
        while (auto count = block_count()) {
            for (; count > 0 && ok(); --count)
                fn(*array->item);
        }
    }

    /// Calls fn(int key, const AvroNode& value) for Iceberg's form of a map with int keys: an
    /// array of records (key, value). fn must read the value.
    template <class Fn>
    void id_map(const AvroNode& node, Fn fn) {
        array(node, [&](const AvroNode& item) {
            std::int32_t key = 0;
            std::size_t position = 0;
            record(item, [&](const AvroField& field) {
                if (position++ == 0) {
                    key = int32(*field.type);
                } else if (position == 2) {
                    fn(key, *field.type);
                } else {
                    return false;
                }
                return true;
            });
        });
    }

private:
    bool wrong_type(std::string_view expected);
    /// Items in the next block of an array or map; 0 at its end. Honest items take at least a
    /// byte each, so all arrays together have no more items than the input has bytes.
    std::size_t block_count();

    std::string_view input_;
    std::size_t items_left_;  ///< Of all arrays together.
    std::string problem_;
};

}  // namespace icelight::iceberg
