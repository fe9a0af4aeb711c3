#include "query/worker/protocol.h"

#include <optional>

#include "base/bytes.h"
#include "query/external/external_codec.h"

namespace icelight::query {
namespace {

constexpr std::uint64_t kErrorCodeLast = static_cast<std::uint64_t>(ErrorCode::kUnsupported);

tl::unexpected<Error> malformed(const char* what) {
    return fail(ErrorCode::kCorruption, std::string("malformed ") + what + " message");
}

std::string text(ByteReader& reader) {
    return std::string(reader.sized());
}

void append_optional(std::string& out, const std::optional<std::int64_t>& value) {
    append_varint(out, value ? 1 : 0);
    if (value) append_fixed(out, *value);
}

std::optional<std::int64_t> read_optional(ByteReader& reader) {
    if (reader.varint() == 0) return std::nullopt;
    return reader.fixed<std::int64_t>();
}

void append_time(std::string& out, std::chrono::microseconds time) {
    append_varint(out, static_cast<std::uint64_t>(time.count()));
}

std::chrono::microseconds read_time(ByteReader& reader) {
    return std::chrono::microseconds(reader.varint());
}

/// The index of the alternative, then what it holds.
void append_value(std::string& out, const Value& value) {
    append_varint(out, value.index());
    if (const auto* flag = std::get_if<bool>(&value)) append_varint(out, *flag ? 1 : 0);
    if (const auto* whole = std::get_if<std::int64_t>(&value)) append_fixed(out, *whole);
    if (const auto* real = std::get_if<double>(&value)) append_fixed(out, *real);
    if (const auto* one = std::get_if<std::string>(&value)) append_sized(out, *one);
    if (const auto* many = std::get_if<std::vector<std::string>>(&value)) {
        append_varint(out, many->size());
        for (const auto& item : *many)
            append_sized(out, item);
    }
}

/// Nothing when it is none of the alternatives.
std::optional<Value> read_value(ByteReader& reader) {
    switch (reader.varint()) {
        case 0:
            return Value();
        case 1:
            return Value(reader.varint() != 0);
        case 2:
            return Value(reader.fixed<std::int64_t>());
        case 3:
            return Value(reader.fixed<double>());
        case 4:
            return Value(text(reader));
        case 5: {
            std::vector<std::string> items;
            const auto count = reader.varint();
            for (std::uint64_t i = 0; i < count && reader.ok(); ++i)
                items.push_back(text(reader));
            return Value(std::move(items));
        }
        default:
            return std::nullopt;
    }
}

/// Of external catalogs; when there are more than may be, something remains.
std::vector<std::string> read_names(ByteReader& reader) {
    std::vector<std::string> names;
    const auto count = reader.varint();
    for (std::uint64_t i = 0; i < count && i < kExternalCatalogsMax && reader.ok(); ++i)
        names.push_back(text(reader));
    return names;
}

}  // namespace

std::size_t values_bytes(const std::vector<Value>& values) {
    std::string out;
    for (const auto& value : values)
        append_value(out, value);
    return out.size();
}

std::string encode_setup(const WorkerSetup& setup) {
    std::string out;
    append_sized(out, setup.warehouse.native());
    append_sized(out, setup.log_directory.native());
    append_sized(out, setup.spill_directory.native());
    append_sized(out, setup.space);
    append_varint(out, setup.memory_limit_bytes);
    append_varint(out, setup.spill_bytes_max);
    append_varint(out, setup.tail_bytes_max);
    append_varint(out, static_cast<std::uint64_t>(setup.threads));
    append_varint(out, setup.requires_landlock ? 1 : 0);
    append_sized(out, setup.extensions.native());
    append_varint(out, setup.external_names.size());
    for (const auto& name : setup.external_names)
        append_sized(out, name);
    append_externals(out, setup.external.catalogs);
    append_varint(out, setup.external.relay_port);
    append_sized(out, setup.external.relay_password);
    append_sized(out, setup.external.ca_file.native());
    append_varint(out, setup.external.has_own_network ? 1 : 0);
    return out;
}

Result<WorkerSetup> decode_setup(std::string_view bytes) {
    ByteReader reader(bytes);
    WorkerSetup setup;
    setup.warehouse = text(reader);
    setup.log_directory = text(reader);
    setup.spill_directory = text(reader);
    setup.space = text(reader);
    setup.memory_limit_bytes = reader.varint();
    setup.spill_bytes_max = reader.varint();
    setup.tail_bytes_max = reader.varint();
    setup.threads = static_cast<int>(reader.varint());
    setup.requires_landlock = reader.varint() != 0;
    setup.extensions = text(reader);
    setup.external_names = read_names(reader);
    setup.external.catalogs = read_externals(reader);
    setup.external.relay_port = static_cast<std::uint16_t>(reader.varint());
    setup.external.relay_password = text(reader);
    setup.external.ca_file = text(reader);
    setup.external.has_own_network = reader.varint() != 0;
    if (!reader.ok() || reader.remaining() != 0) return malformed("setup");
    return setup;
}

std::string encode_prepare(const PrepareMessage& message) {
    std::string out;
    append_sized(out, message.sql);
    append_varint(out, static_cast<std::uint64_t>(message.format));
    append_varint(out, message.rows_max);
    append_varint(out, static_cast<std::uint64_t>(message.timeout.count()));
    append_varint(out, message.values.size());
    for (const auto& value : message.values)
        append_value(out, value);
    append_varint(out, message.limits.rows_max);
    append_varint(out, message.limits.scanned_bytes_max);
    append_varint(out, message.limits.reply_bytes_max);
    append_varint(out, message.limits.memory_bytes_max);
    append_varint(out, message.is_check ? 1 : 0);
    return out;
}

Result<PrepareMessage> decode_prepare(std::string_view bytes) {
    ByteReader reader(bytes);
    PrepareMessage message;
    message.sql = text(reader);
    const auto format = reader.varint();
    message.rows_max = reader.varint();
    message.timeout = std::chrono::milliseconds(reader.varint());
    const auto count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        auto value = read_value(reader);
        if (!value) return malformed("prepare");
        message.values.push_back(std::move(*value));
    }
    message.limits.rows_max = reader.varint();
    message.limits.scanned_bytes_max = reader.varint();
    message.limits.reply_bytes_max = reader.varint();
    message.limits.memory_bytes_max = reader.varint();
    message.is_check = reader.varint() != 0;
    if (!reader.ok() || reader.remaining() != 0 ||
        format > static_cast<std::uint64_t>(Format::kArrow)) {
        return malformed("prepare");
    }
    message.format = static_cast<Format>(format);
    return message;
}

std::string encode_names(const Statement& statement) {
    std::string out;
    append_varint(out, static_cast<std::uint64_t>(statement.kind));
    append_varint(out, statement.is_repeatable ? 1 : 0);
    append_varint(out, statement.tables.size());
    for (std::size_t i = 0; i < statement.tables.size(); ++i) {
        append_sized(out, statement.tables[i].space);
        append_sized(out, statement.tables[i].name);
        append_varint(out, i < statement.places.size() ? statement.places[i] : kNoPlace);
    }
    append_varint(out, statement.externals.size());
    for (const auto& catalog : statement.externals)
        append_sized(out, catalog);
    return out;
}

Result<Statement> decode_names(std::string_view bytes) {
    ByteReader reader(bytes);
    const auto kind = reader.varint();
    const bool is_repeatable = reader.varint() != 0;
    const auto count = reader.varint();
    if (!reader.ok() || kind > 2 || count > kTableReferencesMax) return malformed("names");
    Statement statement;
    statement.kind = static_cast<StatementKind>(kind);
    statement.is_repeatable = is_repeatable;
    for (std::uint64_t i = 0; i < count; ++i) {
        TableName table;
        table.space = text(reader);
        table.name = text(reader);
        statement.tables.push_back(std::move(table));
        statement.places.push_back(reader.varint());
    }
    statement.externals = read_names(reader);
    if (!reader.ok() || reader.remaining() != 0) return malformed("names");
    return statement;
}

std::string encode_execute(const ExecuteMessage& message) {
    std::string out;
    append_varint(out, message.tail_from);
    append_varint(out, message.tail_to);
    append_varint(out, message.as_of ? 1 : 0);
    if (message.as_of) {
        append_optional(out, message.as_of->snapshot_id);
        append_optional(out, message.as_of->timestamp_ms);
    }
    append_time(out, message.waited);
    append_fixed(out, message.admitted_us);
    append_varint(out, message.tables.size());
    for (const auto& table : message.tables) {
        append_sized(out, table.space);
        append_sized(out, table.name);
        append_sized(out, table.metadata_location);
        append_varint(out, static_cast<std::uint64_t>(table.tail));
    }
    return out;
}

Result<ExecuteMessage> decode_execute(std::string_view bytes) {
    ByteReader reader(bytes);
    ExecuteMessage message;
    message.tail_from = reader.varint();
    message.tail_to = reader.varint();
    if (reader.varint() != 0) {
        message.as_of.emplace();
        message.as_of->snapshot_id = read_optional(reader);
        message.as_of->timestamp_ms = read_optional(reader);
    }
    message.waited = read_time(reader);
    message.admitted_us = reader.fixed<TimestampUs>();
    const auto count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i) {
        TableInput table;
        table.space = text(reader);
        table.name = text(reader);
        table.metadata_location = text(reader);
        const auto tail = reader.varint();
        if (tail > 2) return malformed("execute");
        table.tail = static_cast<TailKind>(tail);
        message.tables.push_back(std::move(table));
    }
    if (!reader.ok() || reader.remaining() != 0) return malformed("execute");
    return message;
}

std::string encode_end(const EndMessage& message) {
    std::string out;
    append_varint(out, message.rows);
    append_varint(out, message.is_truncated ? 1 : 0);
    append_time(out, message.waited);
    append_time(out, message.planned);
    append_time(out, message.execution);
    append_optional(out, message.snapshot_id);
    append_varint(out, message.tail_from);
    append_varint(out, message.tail_to);
    append_varint(out, message.tail_rows);
    append_fixed(out, message.data_through_us);
    append_varint(out, message.files);
    append_varint(out, message.files_skipped);
    append_varint(out, message.rows_scanned);
    append_varint(out, message.bytes_scanned);
    append_sized(out, message.columns_json);
    return out;
}

Result<EndMessage> decode_end(std::string_view bytes) {
    ByteReader reader(bytes);
    EndMessage message;
    message.rows = reader.varint();
    message.is_truncated = reader.varint() != 0;
    message.waited = read_time(reader);
    message.planned = read_time(reader);
    message.execution = read_time(reader);
    message.snapshot_id = read_optional(reader);
    message.tail_from = reader.varint();
    message.tail_to = reader.varint();
    message.tail_rows = reader.varint();
    message.data_through_us = reader.fixed<TimestampUs>();
    message.files = reader.varint();
    message.files_skipped = reader.varint();
    message.rows_scanned = reader.varint();
    message.bytes_scanned = reader.varint();
    message.columns_json = text(reader);
    if (!reader.ok() || reader.remaining() != 0 || message.columns_json.size() > kColumnsBytesMax)
        return malformed("end");
    return message;
}

std::string encode_error(const ErrorMessage& message) {
    std::string out;
    append_varint(out, static_cast<std::uint64_t>(message.code));
    append_varint(out, message.is_worker_broken ? 1 : 0);
    append_varint(out, message.needs_extension ? 1 : 0);
    append_sized(out, message.text);
    return out;
}

Result<ErrorMessage> decode_error(std::string_view bytes) {
    ByteReader reader(bytes);
    ErrorMessage message;
    const auto code = reader.varint();
    message.is_worker_broken = reader.varint() != 0;
    message.needs_extension = reader.varint() != 0;
    message.text = text(reader);
    if (!reader.ok() || reader.remaining() != 0 || code > kErrorCodeLast) return malformed("error");
    message.code = static_cast<ErrorCode>(code);
    return message;
}

}  // namespace icelight::query
