#include "lake/flush/flush_protocol.h"

#include "base/bytes.h"

namespace icelight::lake {
namespace {

/// Columns of a table, and row groups of a file, that a message may name.
constexpr std::uint64_t kEntriesMax = 100'000;

tl::unexpected<Error> bad_frame() {
    return fail(ErrorCode::kCorruption, "lake worker: malformed frame");
}

bool is_whole(const ByteReader& reader) {
    return reader.ok() && reader.remaining() == 0;
}

/// A count that the rest of the message could hold; 0 otherwise, and the message is then not whole.
std::uint64_t read_count(ByteReader& reader, std::uint64_t max) {
    const std::uint64_t count = reader.varint();
    if (count <= max && count <= reader.remaining()) return count;
    reader.bytes(reader.remaining() + 1);
    return 0;
}

void append_numbers(std::string& out, const std::map<std::int32_t, std::int64_t>& numbers) {
    append_varint(out, numbers.size());
    for (const auto& [id, number] : numbers) {
        append_varint(out, static_cast<std::uint64_t>(id));
        append_varint(out, zigzag(number));
    }
}

std::map<std::int32_t, std::int64_t> read_numbers(ByteReader& reader) {
    std::map<std::int32_t, std::int64_t> out;
    for (std::uint64_t i = read_count(reader, kEntriesMax); i > 0; --i) {
        const auto id = static_cast<std::int32_t>(reader.varint());
        out[id] = unzigzag(reader.varint());
    }
    return out;
}

void append_texts(std::string& out, const std::map<std::int32_t, std::string>& texts) {
    append_varint(out, texts.size());
    for (const auto& [id, text] : texts) {
        append_varint(out, static_cast<std::uint64_t>(id));
        append_sized(out, text);
    }
}

std::map<std::int32_t, std::string> read_texts(ByteReader& reader) {
    std::map<std::int32_t, std::string> out;
    for (std::uint64_t i = read_count(reader, kEntriesMax); i > 0; --i) {
        const auto id = static_cast<std::int32_t>(reader.varint());
        out[id] = reader.sized();
    }
    return out;
}

Table read_table(ByteReader& reader) {
    return reader.fixed<std::uint8_t>() == 0 ? Table::kEvents : Table::kRejected;
}

}  // namespace

std::string encode_job(const FlushJob& job) {
    std::string out;
    append_sized(out, job.log_directory.native());
    append_varint(out, job.from);
    append_varint(out, job.to);
    append_varint(out, job.bytes_max);
    append_varint(out, job.poison.size());
    for (const std::uint64_t offset : job.poison)
        append_varint(out, offset);
    return out;
}

Result<FlushJob> decode_job(std::string_view bytes) {
    ByteReader reader(bytes);
    FlushJob job;
    job.log_directory = std::string(reader.sized());
    job.from = reader.varint();
    job.to = reader.varint();
    job.bytes_max = reader.varint();
    for (std::uint64_t i = read_count(reader, kPoisonMax); i > 0; --i)
        job.poison.push_back(reader.varint());
    if (!is_whole(reader)) return bad_frame();
    return job;
}

std::string encode_plan(const FlushPlan& plan) {
    std::string out;
    append_varint(out, plan.to);
    append_varint(out, zigzag(plan.oldest_us));
    append_varint(out, plan.files.size());
    for (const PlannedFile& file : plan.files) {
        append_fixed(out, static_cast<std::uint8_t>(file.table));
        append_varint(out, zigzag(file.day));
        append_varint(out, file.row_count);
    }
    return out;
}

Result<FlushPlan> decode_plan(std::string_view bytes) {
    ByteReader reader(bytes);
    FlushPlan plan;
    plan.to = reader.varint();
    plan.oldest_us = unzigzag(reader.varint());
    for (std::uint64_t i = read_count(reader, kFilesMax); i > 0; --i) {
        PlannedFile file;
        file.table = read_table(reader);
        file.day = static_cast<std::int32_t>(unzigzag(reader.varint()));
        file.row_count = reader.varint();
        plan.files.push_back(file);
    }
    if (!is_whole(reader)) return bad_frame();
    return plan;
}

std::string encode_paths(const std::vector<std::filesystem::path>& paths) {
    std::string out;
    append_varint(out, paths.size());
    for (const std::filesystem::path& path : paths)
        append_sized(out, path.native());
    return out;
}

Result<std::vector<std::filesystem::path>> decode_paths(std::string_view bytes) {
    ByteReader reader(bytes);
    std::vector<std::filesystem::path> paths;
    for (std::uint64_t i = read_count(reader, kFilesMax); i > 0; --i)
        paths.emplace_back(std::string(reader.sized()));
    if (!is_whole(reader)) return bad_frame();
    return paths;
}

std::string encode_written(const std::vector<WrittenDataFile>& files) {
    std::string out;
    append_varint(out, files.size());
    for (const WrittenDataFile& file : files) {
        append_fixed(out, static_cast<std::uint8_t>(file.table));
        append_varint(out, zigzag(file.day));
        append_sized(out, file.path.native());
        append_varint(out, zigzag(file.row_count));
        append_varint(out, zigzag(file.file_bytes));
        append_numbers(out, file.column_sizes);
        append_numbers(out, file.value_counts);
        append_numbers(out, file.null_value_counts);
        append_texts(out, file.lower_bounds);
        append_texts(out, file.upper_bounds);
        append_varint(out, file.split_offsets.size());
        for (const std::int64_t offset : file.split_offsets)
            append_varint(out, zigzag(offset));
    }
    return out;
}

Result<std::vector<WrittenDataFile>> decode_written(std::string_view bytes) {
    ByteReader reader(bytes);
    std::vector<WrittenDataFile> files;
    for (std::uint64_t i = read_count(reader, kFilesMax); i > 0; --i) {
        WrittenDataFile file;
        file.table = read_table(reader);
        file.day = static_cast<std::int32_t>(unzigzag(reader.varint()));
        file.path = std::string(reader.sized());
        file.row_count = unzigzag(reader.varint());
        file.file_bytes = unzigzag(reader.varint());
        file.column_sizes = read_numbers(reader);
        file.value_counts = read_numbers(reader);
        file.null_value_counts = read_numbers(reader);
        file.lower_bounds = read_texts(reader);
        file.upper_bounds = read_texts(reader);
        for (std::uint64_t k = read_count(reader, kEntriesMax); k > 0; --k)
            file.split_offsets.push_back(unzigzag(reader.varint()));
        files.push_back(std::move(file));
    }
    if (!is_whole(reader)) return bad_frame();
    return files;
}

std::string encode_error(const Error& error) {
    std::string out;
    append_fixed(out, static_cast<std::uint8_t>(error.code));
    append_sized(out, error.message);
    return out;
}

Error decode_error(std::string_view bytes) {
    ByteReader reader(bytes);
    const auto code = reader.fixed<std::uint8_t>();
    Error error{static_cast<ErrorCode>(code), std::string(reader.sized())};
    const bool is_known = code <= static_cast<std::uint8_t>(ErrorCode::kUnsupported);
    if (!is_whole(reader) || !is_known) return bad_frame().value();
    return error;
}

}  // namespace icelight::lake
