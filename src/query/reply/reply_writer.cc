#include "query/reply/reply_writer.h"

#include <array>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "query/reply/json_value.h"
#include "query/reply/reply_meta.h"

namespace icelight::query {
namespace {

/// What makes a field need quotes, by byte.
constexpr auto kIsSpecial = [] {
    std::array<bool, 256> table{};
    for (const char c : {',', '"', '\r', '\n'})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}();

/// RFC 4180 section 2. Empty text is quoted, so that it differs from NULL.
void append_csv_field(std::string_view text, std::string& out) {
    bool needs_quotes = text.empty();
    for (const char c : text) {
        needs_quotes |= kIsSpecial[static_cast<unsigned char>(c)];
    }
    if (!needs_quotes) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace

std::vector<std::string> unique_names(const std::vector<engine::ResultColumn>& columns) {
    std::unordered_set<std::string> taken;
    std::vector<std::string> names;
    names.reserve(columns.size());
    for (const auto& column : columns) {
        std::string name = column.name;
        for (int number = 1; !taken.insert(name).second; ++number)
            name = fmt::format("{}_{}", column.name, number);
        names.push_back(std::move(name));
    }
    return names;
}

ReplyWriter::ReplyWriter(Format format, const std::vector<engine::ResultColumn>& columns)
    : format_(format) {
    names_ = unique_names(columns);
    columns_json_ = columns_text(names_, columns);
    for (const auto& name : names_) {
        std::string key;
        append_json_string(name, key);
        keys_.push_back(key + ':');
    }
}

void ReplyWriter::begin(std::string& out) const {
    if (format_ == Format::kNdjson) return;
    if (format_ == Format::kJson) {
        out += R"({"success":true,"data":[)";
        return;
    }
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (i != 0) out += ',';
        append_csv_field(names_[i], out);
    }
    out += "\r\n";
}

void ReplyWriter::begin_chunk(const engine::Chunk& chunk) {
    columns_.clear();
    for (std::size_t i = 0; i < names_.size(); ++i) {
        columns_.push_back(chunk.column(i));
    }
}

Result<> ReplyWriter::append_row(std::size_t row, std::string& out) {
    const bool is_json = format_ != Format::kCsv;
    if (is_json) out += rows_ == 0 || format_ == Format::kNdjson ? "{" : ",{";
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (i != 0) out += ',';
        if (is_json) out += keys_[i];
        const std::size_t before = out.size();
        append_cell(columns_[i], row, out);
        if (out.size() - before > kValueBytesMax) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("a value of column \"{}\" is larger than 16 MiB", names_[i]));
        }
    }
    if (is_json) out += '}';
    if (format_ == Format::kNdjson) out += '\n';
    if (!is_json) out += "\r\n";
    ++rows_;
    return {};
}

void ReplyWriter::append_cell(const engine::VectorView& vector, std::size_t row, std::string& out) {
    if (format_ != Format::kCsv) return append_json(vector, row, out);
    if (is_null_value(vector, row)) return;
    if (vector.type().type == engine::Type::kVarchar) {
        return append_csv_field(vector.bytes(row), out);
    }
    cell_.clear();
    append_plain(vector, row, cell_);
    append_csv_field(cell_, out);
}

void ReplyWriter::end(const ReplyFacts& facts, std::string& out) const {
    if (format_ != Format::kJson) return;
    out += R"(],"meta":{"columns":)";
    out += columns_json_;
    out += ',';
    append_meta(facts, out);
    out += "}}";
}

}  // namespace icelight::query
