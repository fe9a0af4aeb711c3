#include "semantic/reply/row_writer.h"

#include <string_view>
#include <vector>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>
#include <fmt/format.h>

#include "semantic/compile.h"
#include "semantic/dates/absolute_date.h"
#include "semantic/reply/normalized.h"

namespace icelight::semantic {
namespace {

namespace json = boost::json;

/// A JSON text with or without the Z of a time.
std::string time_cell(std::string_view cell, bool has_z) {
    if (cell.size() < 2 || cell.front() != '"') return std::string(cell);
    std::string text(cell.substr(0, cell.size() - 1));
    const bool ends_in_z = text.back() == 'Z';
    if (ends_in_z && !has_z) text.pop_back();
    if (!ends_in_z && has_z) text += 'Z';
    return text += '"';
}

/// One key of a row and where its value comes from.
struct Key {
    std::string name;
    std::size_t column = 0;
    bool is_time = false;
};

std::vector<Key> cube_keys(const Query& query, const Part& part, bool is_blended) {
    std::vector<Key> keys;
    for (std::size_t i = 0; i < part.compiled.columns.size(); ++i) {
        const auto& column = part.compiled.columns[i];
        keys.push_back({column.name, i, column.type == ValueType::kTime});
    }
    for (const auto& time : query.time_dimensions) {
        if (time.granularity == nullptr) continue;
        const auto name = time.dimension.full_name();
        const auto with_unit = fmt::format("{}.{}", name, time.granularity->name);
        for (std::size_t i = 0; i < part.compiled.columns.size(); ++i) {
            if (part.compiled.columns[i].name != with_unit) continue;
            keys.push_back({name, i, true});
            if (is_blended)
                keys.push_back({fmt::format("time.{}", time.granularity->name), i, true});
        }
    }
    return keys;
}

std::string cube_cell(const Part& part, std::size_t row, const Key& key) {
    const auto cell = part.rows.cell(row, key.column);
    return key.is_time ? time_cell(cell, false) : std::string(cell);
}

std::string quoted(std::string_view text) {
    return json::serialize(json::string(text));
}

std::string names_list(const std::vector<Key>& keys, bool is_compared) {
    std::string out;
    for (const auto& key : keys)
        out += (out.empty() ? "" : ",") + quoted(key.name);
    if (is_compared) out += R"(,"compareDateRange")";
    return "[" + out + "]";
}

std::string compact_rows(const std::vector<Key>& keys, const Part& part) {
    const auto period = part.period == nullptr ? "" : "," + quoted(period_name(*part.period));
    std::string rows;
    for (std::size_t row = 0; row < part.rows.size(); ++row) {
        rows += row == 0 ? "[" : ",[";
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (i != 0) rows += ',';
            rows += cube_cell(part, row, keys[i]);
        }
        rows += period + "]";
    }
    return fmt::format(
        R"({{"members":{},"dataset":[{}]}})", names_list(keys, part.period != nullptr), rows);
}

std::string columnar_rows(const std::vector<Key>& keys, const Part& part) {
    std::string columns;
    for (const auto& key : keys) {
        columns += columns.empty() ? "[" : ",[";
        for (std::size_t row = 0; row < part.rows.size(); ++row) {
            if (row != 0) columns += ',';
            columns += cube_cell(part, row, key);
        }
        columns += ']';
    }
    if (part.period != nullptr) {
        columns += ",[";
        for (std::size_t row = 0; row < part.rows.size(); ++row)
            columns += (row == 0 ? "" : ",") + quoted(period_name(*part.period));
        columns += ']';
    }
    return fmt::format(
        R"({{"members":{},"columns":[{}]}})", names_list(keys, part.period != nullptr), columns);
}

/// Days from the first day of the period to the row's bucket; null without a bucket.
std::string period_day(const Answered& query, const Part& part, std::size_t row) {
    const auto name = query.query.compared()->dimension.full_name();
    for (std::size_t i = 0; i < part.compiled.columns.size(); ++i) {
        const auto& column = part.compiled.columns[i];
        if (column.role != ColumnRole::kTimeDimension || column.name != name) continue;
        const auto cell = part.rows.cell(row, i);
        if (cell.size() < 2) break;
        const auto date = parse_absolute_date(cell.substr(1, cell.size() - 2));
        if (!date) break;
        const auto first = floor_to(part.period->start_local_us, Unit::kDay);
        return fmt::to_string(std::max<std::int64_t>(0, (date->time_us - first) / kUsPerDay));
    }
    return "null";
}

}  // namespace

std::string write_drizzle_rows(const Answered& query) {
    std::string out = "[";
    for (std::size_t index = 0; index < query.parts.size(); ++index) {
        const auto& part = query.parts[index];
        std::vector<std::string> keys;
        keys.reserve(part.compiled.columns.size());
        for (const auto& column : part.compiled.columns)
            keys.push_back(quoted(column.name) + ":");
        for (std::size_t row = 0; row < part.rows.size(); ++row) {
            out += out.size() == 1 ? "{" : ",{";
            for (std::size_t i = 0; i < keys.size(); ++i) {
                if (i != 0) out += ',';
                out += keys[i];
                const auto cell = part.rows.cell(row, i);
                out += part.compiled.columns[i].type == ValueType::kTime ? time_cell(cell, true)
                                                                         : std::string(cell);
            }
            if (part.period != nullptr) {
                out +=
                    fmt::format(R"(,"__period":"{} - {}","__periodIndex":{},"__periodDayIndex":{})",
                                iso_date(part.period->start_local_us),
                                iso_date(part.period->last_local_us),
                                index,
                                period_day(query, part, row));
            }
            out += '}';
        }
    }
    return out += ']';
}

std::string write_cube_rows(const Query& query, const Part& part, bool is_blended) {
    const auto keys = cube_keys(query, part, is_blended);
    if (query.format == ResponseFormat::kCompact) return compact_rows(keys, part);
    if (query.format == ResponseFormat::kColumnar) return columnar_rows(keys, part);
    const auto period = part.period == nullptr
                            ? std::string()
                            : R"(,"compareDateRange":)" + quoted(period_name(*part.period));
    std::string out = "[";
    for (std::size_t row = 0; row < part.rows.size(); ++row) {
        out += row == 0 ? "{" : ",{";
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (i != 0) out += ',';
            out += quoted(keys[i].name) + ":" + cube_cell(part, row, keys[i]);
        }
        out += period + "}";
    }
    return out += ']';
}

}  // namespace icelight::semantic
