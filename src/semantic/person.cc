#include "semantic/person.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "semantic/events_cube.h"

namespace icelight::semantic {
namespace {

/// Every event with its person.
std::string people_sql(const std::string& table) {
    constexpr std::string_view kTies =
        "SELECT id, arg_min(user_id, ROW(timestamp, _log_offset)) AS user_id FROM ("
        "SELECT anonymous_id AS id, user_id, timestamp, _log_offset FROM {0} WHERE type = "
        "'identify' "
        "UNION ALL "
        "SELECT previous_id AS id, user_id, timestamp, _log_offset FROM {0} WHERE type = 'alias'"
        ") AS tied WHERE id IS NOT NULL AND user_id IS NOT NULL GROUP BY id";
    return fmt::format(
        "SELECT e.*, coalesce(e.user_id, t.user_id, e.anonymous_id) AS person FROM {} AS e "
        "LEFT JOIN ({}) AS t ON t.id = e.anonymous_id",
        table,
        fmt::format(fmt::runtime(kTies), table));
}

Dimension make_dimension(std::string_view cube,
                         std::string name,
                         std::string_view column,
                         ValueType type) {
    Dimension dimension;
    dimension.title = make_title(name);
    dimension.name = std::move(name);
    dimension.type = type;
    dimension.sql = fmt::format("\"{}\".\"{}\"", cube, column);
    return dimension;
}

Cube make_identities(const std::string& table) {
    Cube cube;
    cube.name = "Identities";
    cube.title = "Identities";
    cube.from = fmt::format(
        "(SELECT DISTINCT user_id, anonymous_id, person FROM ({}) AS p WHERE person IS NOT NULL)",
        people_sql(table));
    cube.joins.push_back({.target = "Users",
                          .relationship = Relationship::kBelongsTo,
                          .sql = R"("Identities"."person" = "Users"."id")"});
    return cube;
}

Cube make_users(const std::string& table, const std::vector<JsonField>& fields) {
    Cube cube;
    cube.name = "Users";
    cube.title = "Users";
    cube.description = "One row a person: a user id with the anonymous ids tied to it.";
    cube.from = fmt::format(
        "(SELECT person AS id, count(user_id) > 0 AS identified, min(timestamp) AS first_seen, "
        "max(timestamp) AS last_seen, count(*) AS events, "
        "arg_max(traits, ROW(timestamp, _log_offset)) AS traits "
        "FROM ({}) AS p WHERE person IS NOT NULL GROUP BY person)",
        people_sql(table));
    auto id = make_dimension("Users", "id", "id", ValueType::kString);
    id.is_primary_key = true;
    cube.dimensions.push_back(std::move(id));
    cube.dimensions.push_back(
        make_dimension("Users", "identified", "identified", ValueType::kBoolean));
    cube.dimensions.push_back(make_dimension("Users", "firstSeen", "first_seen", ValueType::kTime));
    cube.dimensions.push_back(make_dimension("Users", "lastSeen", "last_seen", ValueType::kTime));
    cube.dimensions.push_back(make_dimension("Users", "eventCount", "events", ValueType::kNumber));
    for (const auto& field : fields) {
        if (field.column != "traits") continue;
        Dimension trait;
        trait.name = field.name == "traitName" ? "name" : field.name;
        trait.title = make_title(trait.name);
        trait.description = "From the person's latest traits.";
        trait.type = field.type;
        trait.sql = json_field_sql("Users", field);
        cube.dimensions.push_back(std::move(trait));
    }
    cube.measures.push_back({.name = "count",
                             .title = "Users",
                             .type = MeasureType::kCount,
                             .drill_members = {"Users.id"}});
    cube.measures.push_back({.name = "avgEvents",
                             .title = "Events per User",
                             .type = MeasureType::kAvg,
                             .sql = R"("Users"."events")"});
    cube.segments.push_back({.name = "identified",
                             .title = "Identified",
                             .description = "People with a user id.",
                             .sql = R"("Users"."identified")"});
    return cube;
}

/// The events of a person in their order, each with the number of the visit that it belongs to.
std::string visits_sql(const std::string& table) {
    constexpr std::string_view kOrder = "PARTITION BY person ORDER BY timestamp, _log_offset";
    const auto steps = fmt::format(
        "SELECT person, timestamp, _log_offset, coalesce(event, type) AS event, "
        "CASE WHEN timestamp - lag(timestamp) OVER ({}) <= INTERVAL 30 MINUTE THEN 0 ELSE 1 END "
        "AS begins FROM ({}) AS p WHERE person IS NOT NULL",
        kOrder,
        people_sql(table));
    return fmt::format(
        "SELECT *, sum(begins) OVER ({} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) "
        "AS number FROM ({}) AS steps",
        kOrder,
        steps);
}

Cube make_sessions(const std::string& table) {
    Cube cube;
    cube.name = "Sessions";
    cube.title = "Sessions";
    cube.description = "A person's events until 30 minutes pass without one.";
    cube.from = fmt::format(
        "(SELECT person || '-' || CAST(number AS VARCHAR) AS id, person AS user_id, "
        "min(timestamp) AS started_at, max(timestamp) AS ended_at, count(*) AS events, "
        "date_diff('second', min(timestamp), max(timestamp)) AS seconds, "
        "arg_min(event, ROW(timestamp, _log_offset)) AS entry_event, "
        "arg_max(event, ROW(timestamp, _log_offset)) AS exit_event "
        "FROM ({}) AS visits GROUP BY person, number)",
        visits_sql(table));
    auto id = make_dimension("Sessions", "id", "id", ValueType::kString);
    id.is_primary_key = true;
    cube.dimensions = {std::move(id),
                       make_dimension("Sessions", "userId", "user_id", ValueType::kString),
                       make_dimension("Sessions", "startedAt", "started_at", ValueType::kTime),
                       make_dimension("Sessions", "endedAt", "ended_at", ValueType::kTime),
                       make_dimension("Sessions", "durationSeconds", "seconds", ValueType::kNumber),
                       make_dimension("Sessions", "eventCount", "events", ValueType::kNumber),
                       make_dimension("Sessions", "entryEvent", "entry_event", ValueType::kString),
                       make_dimension("Sessions", "exitEvent", "exit_event", ValueType::kString)};
    cube.measures.push_back({.name = "count",
                             .title = "Sessions",
                             .type = MeasureType::kCount,
                             .drill_members = {"Sessions.id"}});
    cube.measures.push_back({.name = "avgDurationSeconds",
                             .title = "Average Duration",
                             .type = MeasureType::kAvg,
                             .sql = R"("Sessions"."seconds")"});
    cube.measures.push_back({.name = "avgEvents",
                             .title = "Events per Session",
                             .type = MeasureType::kAvg,
                             .sql = R"("Sessions"."events")"});
    cube.measures.push_back({.name = "singleEvent",
                             .title = "Sessions of One Event",
                             .type = MeasureType::kCount,
                             .filters = {R"("Sessions"."events" = 1)"}});
    cube.joins.push_back({.target = "Users",
                          .relationship = Relationship::kBelongsTo,
                          .sql = R"("Sessions"."user_id" = "Users"."id")",
                          .source_column = "userId",
                          .target_column = "id"});
    return cube;
}

}  // namespace

std::vector<Cube> make_people_cubes(const std::string& table,
                                    const std::vector<JsonField>& fields,
                                    Cube& events) {
    events.joins.push_back(
        {.target = "Identities",
         .relationship = Relationship::kBelongsTo,
         .sql = R"("Events"."user_id" IS NOT DISTINCT FROM "Identities"."user_id" AND )"
                R"("Events"."anonymous_id" IS NOT DISTINCT FROM "Identities"."anonymous_id")"});
    return {make_identities(table), make_users(table, fields), make_sessions(table)};
}

}  // namespace icelight::semantic
