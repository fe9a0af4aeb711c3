#include "event/schema_json.h"

#include <span>
#include <string_view>

#include "event/columns.h"
#include "event/json_text.h"

namespace icelight::event {
namespace {

struct Table {
    std::string_view name;
    std::string_view doc;
    std::span<const Column> columns;
};

constexpr Table kEvents{
    "analytics.events", "One row for each event that was stored.", kEventColumns};
constexpr Table kRejected{
    "analytics.events__rejected", "One row for each event that was refused.", kRejectedColumns};

void append_member(std::string& out, std::string_view name, std::string_view value) {
    out += ", ";
    append_json_string(out, name);
    out += ": ";
    append_json_string(out, value);
}

void append_column(std::string& out, const Column& column) {
    out += "        { \"id\": " + std::to_string(column.id);
    append_member(out, "name", column.name);
    append_member(out, "type", iceberg_type_name(column.type));
    out += ", \"required\": ";
    out += column.is_required ? "true" : "false";
    if (column.type == ColumnType::kJsonText) append_member(out, "content", "application/json");
    append_member(out, "from", column.source);
    append_member(out, "doc", column.doc);
    out += " }";
}

void append_table_json(std::string& out, const Table& table) {
    out += "    { \"name\": ";
    append_json_string(out, table.name);
    append_member(out, "doc", table.doc);
    append_member(out, "partition", "day(__ingest_ts)");
    out += ",\n      \"columns\": [\n";
    for (const Column& column : table.columns) {
        append_column(out, column);
        out += &column == &table.columns.back() ? "\n" : ",\n";
    }
    out += "      ] }";
}

void append_table_markdown(std::string& out, const Table& table) {
    out += "\n## ";
    out += table.name;
    out += "\n\n";
    out += table.doc;
    out += "\n\n| id | column | type | from | what it holds |\n|---|---|---|---|---|\n";
    for (const Column& column : table.columns) {
        out += "| " + std::to_string(column.id) + " | `";
        out += column.name;
        out += "` | ";
        out += iceberg_type_name(column.type);
        if (column.type == ColumnType::kJsonText) out += " (JSON text)";
        if (column.is_required) out += ", required";
        out += " | ";
        out += column.source;
        out += " | ";
        out += column.doc;
        out += " |\n";
    }
}

}  // namespace

std::string event_schema_json() {
    std::string out = "{\n  \"title\": \"The tables of icelight\",\n  \"tables\": [\n";
    append_table_json(out, kEvents);
    out += ",\n";
    append_table_json(out, kRejected);
    out += "\n  ]\n}\n";
    return out;
}

std::string event_columns_markdown() {
    std::string out =
        "# The columns\n\n"
        "Made from `src/event/columns.h`; the test EventSchema says how to make it anew.\n";
    append_table_markdown(out, kEvents);
    append_table_markdown(out, kRejected);
    return out;
}

}  // namespace icelight::event
