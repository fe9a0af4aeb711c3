#include <algorithm>
#include <limits>

#include "base/hash.h"
#include "iceberg/avro/codec_internal.h"
#include "iceberg/avro/container_internal.h"
#include "iceberg/manifest_avro.h"

namespace icelight::iceberg {

namespace {

constexpr std::string_view kMagic("Obj\1", 4);
constexpr std::size_t kSyncBytes = 16;
/// Raw bytes after which a block is closed.
constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
constexpr std::string_view kSchemaKey = "avro.schema";
constexpr std::string_view kCodecKey = "avro.codec";

tl::unexpected<Error> corrupt(std::string what) {
    return fail(ErrorCode::kCorruption, "Avro: " + std::move(what));
}

/// Metadata of the header: an Avro map of bytes.
AvroMetadata read_metadata(AvroReader& reader) {
    AvroMetadata metadata;
    for (auto count = reader.varint(); count != 0 && reader.ok(); count = reader.varint()) {
        if (count < 0) {
            reader.varint();
            // Negating the least value overflows; any count beyond the bytes fails below.
            count = -std::max(count, -std::numeric_limits<std::int64_t>::max());
        }
        for (; count > 0 && reader.ok(); --count) {
            std::string key(reader.sized());
            metadata.insert_or_assign(std::move(key), std::string(reader.sized()));
        }
    }
    return metadata;
}

Result<> read_block(std::string_view block,
                    std::int64_t records,
                    const AvroNode& schema,
                    const std::function<void(AvroReader&, const AvroNode&)>& on_record) {
    AvroReader reader(block);
    // Every record of ours takes at least a byte: a larger count is a lie.
    if (records < 0 || static_cast<std::uint64_t>(records) > block.size()) {
        return corrupt("more records than bytes");
    }
    for (; records > 0 && reader.ok(); --records)
        on_record(reader, schema);
    ICE_TRY(reader.status());
    if (reader.remaining() != 0) return corrupt("bytes left over in a block");
    return {};
}

}  // namespace

std::string_view AvroHeader::find(std::string_view key) const {
    const auto found = metadata.find(key);
    return found == metadata.end() ? std::string_view() : std::string_view(found->second);
}

Result<> decode_avro_file(std::string_view bytes,
                          const std::function<Result<>(const AvroHeader&)>& on_header,
                          const std::function<void(AvroReader&, const AvroNode&)>& on_record) {
    if (!bytes.starts_with(kMagic)) return corrupt("not an object container file");
    AvroReader file(bytes.substr(kMagic.size()));
    AvroHeader header;
    header.metadata = read_metadata(file);
    const auto sync = file.bytes(kSyncBytes);
    ICE_TRY(file.status());
    ICE_ASSIGN(header.schema, parse_avro_schema(header.find(kSchemaKey)));
    ICE_TRY(on_header(header));
    const auto codec = header.find(kCodecKey);
    const bool is_plain = codec.empty() || codec == "null";
    std::size_t bytes_left = kAvroBytesMax;
    while (file.remaining() > 0) {
        const auto records = file.varint();
        const auto stored = file.sized();
        const auto mark = file.bytes(kSyncBytes);
        ICE_TRY(file.status());
        if (mark != sync) return corrupt("a block does not end with the file's mark");
        if (is_plain) {
            ICE_TRY(read_block(stored, records, *header.schema, on_record));
            continue;
        }
        ICE_ASSIGN(auto block, inflate_block(codec, stored, bytes_left));
        bytes_left -= block.size();
        ICE_TRY(read_block(block, records, *header.schema, on_record));
    }
    return {};
}

AvroFileWriter::AvroFileWriter(std::string_view schema_json, const AvroMetadata& metadata) {
    out_ = kMagic;
    put_long(out_, static_cast<std::int64_t>(metadata.size()) + 2);
    put_bytes(out_, kSchemaKey);
    put_bytes(out_, schema_json);
    put_bytes(out_, kCodecKey);
    put_bytes(out_, "deflate");
    for (const auto& [key, value] : metadata) {
        put_bytes(out_, key);
        put_bytes(out_, value);
    }
    put_long(out_, 0);
    // Any 16 bytes that data is unlikely to hold; made from the header to be reproducible.
    sync_ = sha256_hex(out_).substr(0, kSyncBytes);
    out_ += sync_;
}

void AvroFileWriter::append(std::string_view record) {
    block_ += record;
    ++block_records_;
    if (block_.size() >= kBlockBytes) flush();
}

void AvroFileWriter::flush() {
    if (block_records_ == 0) return;
    put_long(out_, block_records_);
    put_bytes(out_, deflate_block(block_));
    out_ += sync_;
    block_.clear();
    block_records_ = 0;
}

std::string AvroFileWriter::finish() && {
    flush();
    return std::move(out_);
}

}  // namespace icelight::iceberg
