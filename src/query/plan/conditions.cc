#include "query/plan/conditions.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "base/letter_case.h"

namespace icelight::query {
namespace {

using iceberg::TypeKind;

/// The tree of a SELECT of one expression, which goes between them.
constexpr std::string_view kTreeBefore =
    R"({"error":false,"statements":[{"node":{"type":"SELECT_NODE","modifiers":[],)"
    R"("cte_map":{"map":[]},"select_list":[)";
constexpr std::string_view kTreeAfter =
    R"(],"from_table":{"type":"EMPTY","alias":"","sample":null,"query_location":0},)"
    R"("where_clause":null,"group_expressions":[],"group_sets":[],)"
    R"("aggregate_handling":"STANDARD_HANDLING","having":null,"sample":null,"qualify":null},)"
    R"("named_param_map":[]}]})";

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_time(TypeKind kind) {
    return kind == TypeKind::kDate || kind == TypeKind::kTimestamp ||
           kind == TypeKind::kTimestamptz;
}

/// SQL of a constant `v` as the integer that Iceberg keeps, as the comparison casts it; NULL where
/// the engine compares as another type. A zone that a text names counts for columns with one only;
/// beside nanoseconds the engine compares nanoseconds; beside a moment within a day, moments.
std::string time_sql(TypeKind kind) {
    if (kind == TypeKind::kDate) {
        return "CASE WHEN (typeof(v) IN ('DATE', 'VARCHAR') OR (typeof(v) = 'TIMESTAMP' AND "
               "CAST(v AS TIMESTAMP) = CAST(CAST(v AS DATE) AS TIMESTAMP))) AND "
               "isfinite(CAST(v AS DATE)) THEN CAST(v AS DATE) - DATE '1970-01-01' END";
    }
    return fmt::format("CASE WHEN typeof(v) <> 'TIMESTAMP_NS' THEN epoch_us(CAST(v AS {})) END",
                       kind == TypeKind::kTimestamptz ? "TIMESTAMPTZ" : "TIMESTAMP");
}

class Resolver {
public:
    Resolver(engine::Session& session, const std::vector<engine::Value>& values)
        : session_(session), values_(values) {}

    std::optional<Condition> resolve(const Predicate& predicate, const iceberg::Schema& schema) {
        const auto field =
            std::find_if(schema.fields.begin(), schema.fields.end(), [&](const auto& candidate) {
                return equal_ignoring_case(candidate.name, predicate.column);
            });
        if (field == schema.fields.end()) return std::nullopt;
        Condition condition{field->id, field->type, predicate.comparison, {}};
        for (const auto& operand : predicate.operands) {
            auto value = value_of(operand, field->type);
            if (!value) return std::nullopt;
            condition.values.push_back(std::move(*value));
        }
        return condition;
    }

private:
    std::optional<iceberg::Value> value_of(const Operand& operand, const iceberg::Type& type) {
        switch (operand.kind) {
            case Operand::Kind::kText:
                return of_text(operand.text, type);
            case Operand::Kind::kInteger:
                return of_integer(number_of(operand.text), type);
            case Operand::Kind::kExpression:
                return is_time(type.kind) ? of_expression(operand.text, type) : std::nullopt;
            case Operand::Kind::kParameter:
                break;
        }
        const auto number = number_of(operand.text);
        if (!number || *number < 1 || static_cast<std::size_t>(*number) > values_.size())
            return std::nullopt;
        const auto& value = values_[static_cast<std::size_t>(*number) - 1];
        if (const auto* text = std::get_if<std::string>(&value)) return of_text(*text, type);
        if (const auto* whole = std::get_if<std::int64_t>(&value)) return of_integer(*whole, type);
        return std::nullopt;
    }

    std::optional<iceberg::Value> of_text(const std::string& text, const iceberg::Type& type) {
        if (type.kind == TypeKind::kString) return iceberg::Value(text);
        if (!is_time(type.kind)) return std::nullopt;
        return time_of("$1", {text}, type);
    }

    static std::optional<iceberg::Value> of_integer(std::optional<std::int64_t> number,
                                                    const iceberg::Type& type) {
        if (!number) return std::nullopt;
        if (type.kind == TypeKind::kLong) return iceberg::Value(*number);
        if (type.kind != TypeKind::kInt || *number < std::numeric_limits<std::int32_t>::min() ||
            *number > std::numeric_limits<std::int32_t>::max()) {
            return std::nullopt;
        }
        return iceberg::Value(static_cast<std::int32_t>(*number));
    }

    std::optional<iceberg::Value> of_expression(const std::string& tree,
                                                const iceberg::Type& type) {
        const std::string select = std::string(kTreeBefore).append(tree).append(kTreeAfter);
        const auto sql = session_.query_text("SELECT json_deserialize_sql($1::JSON)", {select});
        if (!sql || sql->empty()) return std::nullopt;
        return time_of("(" + *sql + ")", {}, type);
    }

    std::optional<iceberg::Value> time_of(const std::string& constant,
                                          const std::vector<engine::Value>& values,
                                          const iceberg::Type& type) {
        const auto text = session_.query_text(
            fmt::format("SELECT {} FROM (SELECT {} AS v)", time_sql(type.kind), constant), values);
        if (!text) return std::nullopt;
        const auto time = number_of(*text);
        if (!time) return std::nullopt;
        if (type.kind == TypeKind::kDate) return iceberg::Value(static_cast<std::int32_t>(*time));
        return iceberg::Value(*time);
    }

    engine::Session& session_;
    const std::vector<engine::Value>& values_;
};

}  // namespace

std::vector<Conditions> resolve_conditions(engine::Session& session,
                                           const std::vector<Predicates>& mentions,
                                           const iceberg::Schema& schema,
                                           const std::vector<engine::Value>& values) {
    Resolver resolver(session, values);
    std::vector<Conditions> resolved;
    for (const auto& mention : mentions) {
        Conditions conditions;
        for (const auto& predicate : mention) {
            if (auto condition = resolver.resolve(predicate, schema))
                conditions.push_back(std::move(*condition));
        }
        resolved.push_back(std::move(conditions));
    }
    return resolved;
}

}  // namespace icelight::query
