#include "query/gate/select_filters.h"

#include <array>
#include <optional>

#include "base/letter_case.h"
#include "query/gate/tree_reading.h"

namespace icelight::query {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

/// An IN list longer than this skips nothing: it would be dearer than it saves.
constexpr std::size_t kOperandsMax = 256;
constexpr std::size_t kExpressionDepthMax = 16;

// The same for the same arguments. The second list: those that grow with the clock.
constexpr auto kPureFunctions = std::to_array<std::string_view>({"+",
                                                                 "-",
                                                                 "date_trunc",
                                                                 "epoch_ms",
                                                                 "make_date",
                                                                 "make_timestamp",
                                                                 "make_timestamptz",
                                                                 "to_days",
                                                                 "to_hours",
                                                                 "to_minutes",
                                                                 "to_months",
                                                                 "to_seconds",
                                                                 "to_timestamp",
                                                                 "to_weeks",
                                                                 "to_years",
                                                                 "trunc"});
constexpr auto kClockFunctions = std::to_array<std::string_view>({"current_date",
                                                                  "current_timestamp",
                                                                  "get_current_timestamp",
                                                                  "now",
                                                                  "today",
                                                                  "transaction_timestamp"});

constexpr auto kIntegerTypes =
    std::to_array<std::string_view>({"BIGINT", "INTEGER", "SMALLINT", "TINYINT"});

std::optional<object> object_of(const object& from, const char* key) {
    object found;
    if (from[key].get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

/// Leaving out rows of one source cannot change which rows of another one join.
bool is_sound_source(const object& source) {
    if (has_value(source, "sample")) return false;
    const auto type = text_of(source, "type");
    if (type != "JOIN") {
        return type == "BASE_TABLE" || type == "SUBQUERY" || type == "TABLE_FUNCTION" ||
               type == "EXPRESSION_LIST" || type == "EMPTY";
    }
    const auto kind = text_of(source, "ref_type");
    if (kind != "REGULAR" && kind != "CROSS" && kind != "NATURAL") return false;
    const auto left = object_of(source, "left");
    const auto right = object_of(source, "right");
    return left && right && is_sound_source(*left) && is_sound_source(*right);
}

enum class Clock : std::uint8_t { kNone, kGrows, kUnknown };

/// How an expression without columns depends on the clock; kUnknown: it has parts of other kinds.
Clock clock_of(const object& expression, std::size_t depth = 0) {
    if (depth > kExpressionDepthMax) return Clock::kUnknown;
    const auto kind = text_of(expression, "class");
    if (kind == "CONSTANT") return Clock::kNone;
    if (kind == "CAST") {
        const auto child = object_of(expression, "child");
        return child ? clock_of(*child, depth + 1) : Clock::kUnknown;
    }
    if (kind != "FUNCTION" || has_value(expression, "filter")) return Clock::kUnknown;
    const auto name = lower_case(text_of(expression, "function_name"));
    if (contains(kClockFunctions, name)) return Clock::kGrows;
    array children;
    if (!contains(kPureFunctions, name) ||
        expression["children"].get(children) != simdjson::SUCCESS) {
        return Clock::kUnknown;
    }
    Clock all = Clock::kNone;
    std::size_t index = 0;
    for (const element child : children) {
        object part;
        if (child.get(part) != simdjson::SUCCESS) return Clock::kUnknown;
        const Clock one = clock_of(part, depth + 1);
        // What is taken away from something must not grow.
        const bool is_taken_away = name == "-" && (index > 0 || children.size() == 1);
        if (one == Clock::kUnknown || (one == Clock::kGrows && is_taken_away))
            return Clock::kUnknown;
        if (one == Clock::kGrows) all = one;
        ++index;
    }
    return all;
}

std::optional<Operand> constant_of(const object& expression) {
    const auto value = object_of(expression, "value");
    if (!value) return std::nullopt;
    const auto type = object_of(*value, "type");
    if (!type) return std::nullopt;
    const auto name = text_of(*type, "id");
    std::string_view text;
    if (name == "VARCHAR" && (*value)["value"].get(text) == simdjson::SUCCESS)
        return Operand{Operand::Kind::kText, std::string(text)};
    // Not by the value alone: that of a decimal is an integer too, without its point.
    std::int64_t number = 0;
    if (contains(kIntegerTypes, name) && (*value)["value"].get(number) == simdjson::SUCCESS)
        return Operand{Operand::Kind::kInteger, std::to_string(number)};
    return std::nullopt;
}

std::optional<Operand> operand_of(const object& expression, bool& is_of_now) {
    const auto kind = text_of(expression, "class");
    if (kind == "CONSTANT") return constant_of(expression);
    if (kind == "PARAMETER") {
        return Operand{Operand::Kind::kParameter, std::string(text_of(expression, "identifier"))};
    }
    const Clock clock = clock_of(expression);
    if (clock == Clock::kUnknown) return std::nullopt;
    is_of_now = is_of_now || clock == Clock::kGrows;
    return Operand{Operand::Kind::kExpression, simdjson::minify(expression)};
}

std::optional<Comparison> comparison_of(std::string_view type) {
    if (type == "COMPARE_EQUAL") return Comparison::kEqual;
    if (type == "COMPARE_LESSTHAN") return Comparison::kLess;
    if (type == "COMPARE_LESSTHANOREQUALTO") return Comparison::kLessOrEqual;
    if (type == "COMPARE_GREATERTHAN") return Comparison::kGreater;
    if (type == "COMPARE_GREATERTHANOREQUALTO") return Comparison::kGreaterOrEqual;
    return std::nullopt;
}

Comparison flip(Comparison comparison) {
    switch (comparison) {
        case Comparison::kLess:
            return Comparison::kGreater;
        case Comparison::kLessOrEqual:
            return Comparison::kGreaterOrEqual;
        case Comparison::kGreater:
            return Comparison::kLess;
        case Comparison::kGreaterOrEqual:
            return Comparison::kLessOrEqual;
        default:
            return comparison;
    }
}

bool is_column(const element& expression) {
    object found;
    return expression.get(found) == simdjson::SUCCESS && text_of(found, "class") == "COLUMN_REF";
}

}  // namespace

SelectFilters::SelectFilters(const object& select_node) {
    const auto source = object_of(select_node, "from_table");
    const auto where = object_of(select_node, "where_clause");
    if (!source || !where || has_value(select_node, "sample") || !is_sound_source(*source)) return;
    is_single_ = text_of(*source, "type") == "BASE_TABLE";
    read_condition(*where);
}

void SelectFilters::read_condition(const object& expression) {
    const auto kind = text_of(expression, "class");
    const auto type = text_of(expression, "type");
    array children;
    if (type == "CONJUNCTION_AND" && expression["children"].get(children) == simdjson::SUCCESS) {
        for (const element child : children) {
            object part;
            if (child.get(part) == simdjson::SUCCESS) read_condition(part);
        }
        return;
    }
    if (kind == "COMPARISON") return read_comparison(expression, type);
    if (type == "COMPARE_IN") return read_in(expression);
    if (type == "COMPARE_BETWEEN") return read_between(expression);
}

void SelectFilters::read_comparison(const object& expression, std::string_view type) {
    const auto comparison = comparison_of(type);
    element left;
    element right;
    if (!comparison || expression["left"].get(left) != simdjson::SUCCESS ||
        expression["right"].get(right) != simdjson::SUCCESS) {
        return;
    }
    if (is_column(left)) return add(left, *comparison, {right});
    if (is_column(right)) add(right, flip(*comparison), {left});
}

void SelectFilters::read_in(const object& expression) {
    array children;
    if (expression["children"].get(children) != simdjson::SUCCESS || children.size() < 2 ||
        children.size() > kOperandsMax) {
        return;
    }
    std::vector<element> operands;
    for (const element child : children)
        operands.push_back(child);
    const element column = operands.front();
    operands.erase(operands.begin());
    add(column, Comparison::kIn, operands);
}

void SelectFilters::read_between(const object& expression) {
    element input;
    element lower;
    element upper;
    if (expression["input"].get(input) != simdjson::SUCCESS ||
        expression["lower"].get(lower) != simdjson::SUCCESS ||
        expression["upper"].get(upper) != simdjson::SUCCESS) {
        return;
    }
    add(input, Comparison::kGreaterOrEqual, {lower});
    add(input, Comparison::kLessOrEqual, {upper});
}

void SelectFilters::add(const element& column,
                        Comparison comparison,
                        const std::vector<element>& operands) {
    object reference;
    array names;
    if (!is_column(column) || column.get(reference) != simdjson::SUCCESS ||
        reference["column_names"].get(names) != simdjson::SUCCESS || names.size() > 2) {
        return;
    }
    std::vector<std::string_view> parts;
    for (const element name : names) {
        std::string_view text;
        if (name.get(text) != simdjson::SUCCESS) return;
        parts.push_back(text);
    }
    if (parts.empty()) return;
    Named named;
    named.qualifier = parts.size() == 2 ? lower_case(parts.front()) : "";
    named.predicate.column = parts.back();
    named.predicate.comparison = comparison;
    for (const element& one : operands) {
        object expression;
        if (one.get(expression) != simdjson::SUCCESS) return;
        auto operand = operand_of(expression, named.predicate.is_of_now);
        if (!operand) return;
        named.predicate.operands.push_back(std::move(*operand));
    }
    const bool has_lower_bound =
        comparison == Comparison::kGreater || comparison == Comparison::kGreaterOrEqual;
    if (named.predicate.is_of_now && !has_lower_bound) return;
    named_.push_back(std::move(named));
}

Predicates SelectFilters::of_table(const object& table) const {
    Predicates found;
    array renamed;
    const bool is_renamed =
        table["column_name_alias"].get(renamed) == simdjson::SUCCESS && renamed.size() > 0;
    if (is_renamed) return found;
    const auto alias = lower_case(text_of(table, "alias"));
    const auto own = alias.empty() ? lower_case(text_of(table, "table_name")) : alias;
    for (const auto& [qualifier, predicate] : named_) {
        if (qualifier.empty() ? is_single_ : qualifier == own) found.push_back(predicate);
    }
    return found;
}

}  // namespace icelight::query
