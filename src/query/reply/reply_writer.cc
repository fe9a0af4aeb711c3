#include "query/reply/reply_writer.h"

#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "query/reply/json_value.h"
#include "query/reply/reply_meta.h"

namespace icelight::query {
namespace {

/// RFC 4180 section 2. Empty text is quoted, so that it differs from NULL.
void append_csv_field(std::string_view text, std::string& out) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string_view::npos) {
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
    for (std::size_t i = 0; i < columns.size(); ++i) {
        types_.push_back(columns[i].type.name);
        std::string key;
        append_json_string(names_[i], key);
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

Result<> ReplyWriter::append_row(const engine::Chunk& chunk, std::size_t row, std::string& out) {
    const bool is_json = format_ != Format::kCsv;
    if (is_json) out += rows_ == 0 || format_ == Format::kNdjson ? "{" : ",{";
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (i != 0) out += ',';
        if (is_json) out += keys_[i];
        const std::size_t before = out.size();
        append_cell(chunk.column(i), row, out);
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
    if (vector.type().type == engine::Type::kNull || vector.is_null(row)) return;
    cell_.clear();
    append_plain(vector, row, cell_);
    append_csv_field(cell_, out);
}

void ReplyWriter::end(const ReplyFacts& facts, std::string& out) const {
    if (format_ != Format::kJson) return;
    out += R"(],"meta":{"columns":[)";
    for (std::size_t i = 0; i < names_.size(); ++i) {
        if (i != 0) out += ',';
        out += R"({"name":)";
        append_json_string(names_[i], out);
        out += R"(,"type":)";
        append_json_string(types_[i], out);
        out += '}';
    }
    out += "],";
    append_meta(facts, out);
    out += "}}";
}

}  // namespace icelight::query
