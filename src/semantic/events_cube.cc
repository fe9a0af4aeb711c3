#include "semantic/events_cube.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "event/columns.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {
namespace {

/// Titles that the dashboards of existing users show; the others are made from the name.
struct KnownTitle {
    std::string_view name;
    std::string_view title;
};

constexpr std::array<KnownTitle, 10> kTitles{{
    {"messageId", "Message ID"},
    {"type", "Event Type"},
    {"event", "Event Name"},
    {"name", "Page or Screen Name"},
    {"userId", "User ID"},
    {"anonymousId", "Anonymous ID"},
    {"timestamp", "Event Timestamp"},
    {"groupId", "Group ID"},
    {"previousId", "Previous ID"},
    {"sourceId", "Source"},
}};

std::string column_sql(std::string_view column) {
    return quote_name(kEventsCube) + '.' + quote_name(column);
}

/// "message_id" → "messageId", "__ingest_ts" → "ingestTs"
std::string camel_case(std::string_view column) {
    std::string name;
    bool is_next_upper = false;
    for (const char c : column) {
        if (c == '_') {
            is_next_upper = !name.empty();
        } else {
            const auto u = static_cast<unsigned char>(c);
            name += static_cast<char>(is_next_upper ? std::toupper(u) : u);
            is_next_upper = false;
        }
    }
    return name;
}

std::string title_of(std::string_view name) {
    const auto* known = std::find_if(
        kTitles.begin(), kTitles.end(), [&](const KnownTitle& row) { return row.name == name; });
    return known == kTitles.end() ? make_title(name) : std::string(known->title);
}

Dimension make_column_dimension(const event::Column& column) {
    Dimension dimension;
    dimension.name = camel_case(column.name);
    dimension.title = title_of(dimension.name);
    dimension.description = column.doc;
    dimension.sql = column_sql(column.name);
    dimension.is_primary_key = column.id == event::id::kMessageId;
    dimension.is_shown = column.name.front() != '_';
    switch (column.type) {
        case event::ColumnType::kTimestamptz:
            dimension.type = ValueType::kTime;
            break;
        case event::ColumnType::kLong:
        case event::ColumnType::kInt:
            dimension.type = ValueType::kNumber;
            break;
        case event::ColumnType::kJsonText:
            dimension.name += "Raw";
            dimension.is_shown = false;
            break;
        default:
            break;
    }
    return dimension;
}

void add_measures(Cube& cube, const std::vector<JsonField>& fields) {
    cube.measures.push_back({.name = "count",
                             .title = "Total Events",
                             .type = MeasureType::kCount,
                             .drill_members = {"Events.messageId"}});
    cube.measures.push_back({.name = "uniqueUsers",
                             .title = "Unique Users",
                             .type = MeasureType::kCountDistinct,
                             .sql = column_sql("user_id")});
    cube.measures.push_back({.name = "uniqueAnonymous",
                             .title = "Unique Anonymous",
                             .type = MeasureType::kCountDistinct,
                             .sql = column_sql("anonymous_id")});
    const auto revenue = std::find_if(fields.begin(), fields.end(), [](const JsonField& field) {
        return field.name == "revenue" && field.column == "properties";
    });
    if (revenue == fields.end()) return;
    JsonField number = *revenue;
    number.type = ValueType::kNumber;
    const std::string sql = json_field_sql(kEventsCube, number);
    cube.measures.push_back(
        {.name = "totalRevenue", .title = "Total Revenue", .type = MeasureType::kSum, .sql = sql});
    cube.measures.push_back(
        {.name = "avgRevenue", .title = "Average Revenue", .type = MeasureType::kAvg, .sql = sql});
}

}  // namespace

Cube make_events_cube(const std::string& table, const std::vector<JsonField>& fields) {
    Cube cube;
    cube.name = kEventsCube;
    cube.title = "Analytics Events";
    cube.from = table;
    for (const auto& column : event::kEventColumns)
        cube.dimensions.push_back(make_column_dimension(column));
    for (const auto& field : fields) {
        Dimension dimension;
        dimension.name = field.name;
        dimension.title = field.title.empty() ? make_title(field.name) : field.title;
        dimension.type = field.type;
        dimension.sql = json_field_sql(kEventsCube, field);
        dimension.is_shown = field.is_shown;
        cube.dimensions.push_back(std::move(dimension));
    }
    add_measures(cube, fields);
    cube.segments.push_back({.name = "identified",
                             .title = "Identified",
                             .description = "Events of known users.",
                             .sql = column_sql("user_id") + " IS NOT NULL"});
    cube.segments.push_back({.name = "anonymous",
                             .title = "Anonymous",
                             .description = "Events without a user id.",
                             .sql = column_sql("user_id") + " IS NULL"});
    cube.event_stream = EventStream{.binding_key = "userId",
                                    .time_dimension = "timestamp",
                                    .event = "event",
                                    .type = "type",
                                    .order_sql = column_sql("_log_offset")};
    return cube;
}

}  // namespace icelight::semantic
