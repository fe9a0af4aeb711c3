#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "iceberg/avro/avro_schema_internal.h"
#include "iceberg/avro/reader_internal.h"

/// Avro object container files (Avro specification 1.11, "Object container files").
namespace icelight::iceberg {

using AvroMetadata = std::map<std::string, std::string, std::less<>>;

struct AvroHeader {
    AvroMetadata metadata;
    AvroNodePtr schema;

    /// Empty when absent.
    std::string_view find(std::string_view key) const;
};

/// Reads the header, gives it to `on_header`, then calls `on_record` with the reader before each
/// record; it must read exactly that record.
/// @error kCorruption, kUnsupported (codec), or what the callbacks return.
Result<> decode_avro_file(std::string_view bytes,
                          const std::function<Result<>(const AvroHeader&)>& on_header,
                          const std::function<void(AvroReader&, const AvroNode&)>& on_record);

inline void put_long(std::string& out, std::int64_t value) {
    append_varint(out, zigzag(value));
}

inline void put_bytes(std::string& out, std::string_view value) {
    put_long(out, static_cast<std::int64_t>(value.size()));
    out.append(value);
}

/// Builds a file with the deflate codec. Equal input gives equal bytes.
class AvroFileWriter {
public:
    /// @param metadata  without avro.schema and avro.codec.
    AvroFileWriter(std::string_view schema_json, const AvroMetadata& metadata);

    /// Adds a record that was encoded by the schema.
    void append(std::string_view record);

    /// The whole file; the writer is spent.
    std::string finish() &&;

private:
    void flush();

    std::string out_;
    std::string sync_;
    std::string block_;
    std::int64_t block_records_ = 0;
};

}  // namespace icelight::iceberg
