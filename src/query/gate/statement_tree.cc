#include "query/gate/statement_tree.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/letter_case.h"
#include "query/gate/allowed_functions.h"
#include "query/gate/select_filters.h"
#include "query/gate/tree_reading.h"

namespace icelight::query {
namespace {

using Element = simdjson::dom::element;
using Object = simdjson::dom::object;

constexpr auto kExpressionClasses = std::to_array<std::string_view>({
    "BETWEEN",
    "CASE",
    "CAST",
    "COLLATE",
    "COLUMN_REF",
    "COMPARISON",
    "CONJUNCTION",
    "CONSTANT",
    "FUNCTION",
    "LAMBDA",
    "LAMBDA_REF",
    "OPERATOR",
    "PARAMETER",
    "POSITIONAL_REFERENCE",
    "STAR",
    "SUBQUERY",
    "TYPE",
    "WINDOW",
});

constexpr auto kQueryNodes = std::to_array<std::string_view>({
    "CTE_NODE",
    "RECURSIVE_CTE_NODE",
    "SELECT_NODE",
    "SET_OPERATION_NODE",
});

// Parts without rules of their own: sources whose members are walked, modifiers, orders.
constexpr auto kPlainParts = std::to_array<std::string_view>({
    "ASCENDING",
    "DESCENDING",
    "DISTINCT_MODIFIER",
    "EMPTY",
    "EXPRESSION_LIST",
    "JOIN",
    "LIMIT_MODIFIER",
    "LIMIT_PERCENT_MODIFIER",
    "ORDER_DEFAULT",
    "ORDER_MODIFIER",
    "PIVOT",
    "SUBQUERY",
});

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

tl::unexpected<Error> refuse(std::string why) {
    return fail(ErrorCode::kInvalidArgument, std::move(why));
}

/// A function's arguments are ordered. What is not understood counts as an order.
bool has_order(const Object& function) {
    if (!has_value(function, "order_bys")) return false;
    simdjson::dom::array orders;
    return function["order_bys"]["orders"].get(orders) != simdjson::SUCCESS || orders.size() > 0;
}

/// CURRENT_DATE and the like come as columns; a column of that name counts as one of them.
bool names_the_clock(const Object& column) {
    simdjson::dom::array names;
    if (column["column_names"].get(names) != simdjson::SUCCESS) return true;
    return std::any_of(names.begin(), names.end(), [](Element name) {
        std::string_view text;
        return name.get(text) != simdjson::SUCCESS || is_volatile_function(lower_case(text));
    });
}

/// The byte of the text where the parser found this.
std::size_t place_of(const Object& object) {
    std::uint64_t place = 0;
    return object["query_location"].get(place) == simdjson::SUCCESS ? place : kNoPlace;
}

/// IS [NOT] DISTINCT FROM, but between two columns, which no statistics can decide.
bool compares_distinct_from_value(const Object& expression) {
    const auto type = text_of(expression, "type");
    if (type != "COMPARE_DISTINCT_FROM" && type != "COMPARE_NOT_DISTINCT_FROM") return false;
    const auto is_column = [&expression](const char* side) {
        Object operand;
        return expression[side].get(operand) == simdjson::SUCCESS &&
               text_of(operand, "class") == "COLUMN_REF";
    };
    return !is_column("left") || !is_column("right");
}

class Walk {
public:
    Walk(std::string_view sql, const std::vector<std::string>& catalogs)
        : sql_(sql), catalogs_(catalogs) {}

    Result<> visit(Element element);

    Statement take_statement() {
        return {.kind = StatementKind::kRows,
                .tables = std::move(tables_),
                .uses_alias_catalog = uses_alias_catalog_,
                .is_repeatable = is_repeatable_ && externals_.empty(),
                .misleads_pruning = misleads_pruning_,
                .externals = std::move(externals_),
                .external_tables = std::move(external_tables_),
                .mentions = std::move(mentions_),
                .places = std::move(places_)};
    }

private:
    Result<> visit_object(const Object& object);
    Result<> visit_members(const Object& object, std::string_view left_out = {});
    Result<> visit_member(const Object& object, const char* key);
    Result<> visit_expression(const Object& expression, std::string_view expression_class);
    Result<> visit_query(const Object& query, std::string_view type);
    Result<> visit_ctes(const Object& query);
    Result<> visit_named_halves(const Object& query, const char* first, const char* second);
    Result<> visit_table(const Object& table);
    Result<> add_external(const std::string& catalog, const Object& reference);
    std::string no_catalog(const std::string& catalog) const;
    Result<> visit_table_function(const Object& reference);
    Result<> visit_show(const Object& show);
    Result<> declare(std::string_view cte_name);
    Result<> add_table(TableName table, const Object& reference);
    tl::unexpected<Error> refuse_at(const Object& place, std::string why) const;
    bool is_in_scope(std::string_view name) const;

    const std::string_view sql_;
    const std::vector<std::string>& catalogs_;  ///< External ones.
    std::vector<std::string> externals_;        ///< Of these the named ones.
    std::vector<ExternalTable> external_tables_;
    std::vector<std::string> scope_;  ///< Names of CTEs that can be seen here, lower case.
    std::vector<TableName> tables_;
    std::vector<std::vector<Predicates>> mentions_;  ///< Of each table.
    std::vector<std::size_t> places_;                ///< Of its first mention.
    SelectFilters filters_;                          ///< Of the SELECT being walked.
    bool uses_alias_catalog_ = false;
    bool is_repeatable_ = true;
    bool misleads_pruning_ = false;
    std::size_t alternatives_ = 0;  ///< How many OR and NOT stand around what is visited.
    std::size_t nodes_ = 0;
    std::size_t selects_ = 0;
    std::size_t references_ = 0;
};

tl::unexpected<Error> Walk::refuse_at(const Object& place, std::string why) const {
    return refuse(std::move(why) + place_text(sql_, place_of(place)));
}

Result<> Walk::visit(Element element) {
    if (element.is_array()) {
        for (const Element item : simdjson::dom::array(element)) {
            ICE_TRY(visit(item));
        }
        return {};
    }
    if (!element.is_object()) return {};
    if (++nodes_ > kTreeNodesMax) {
        return refuse(fmt::format("the statement has more than {} parts", kTreeNodesMax));
    }
    return visit_object(Object(element));
}

Result<> Walk::visit_object(const Object& object) {
    const auto expression_class = text_of(object, "class");
    if (!expression_class.empty()) return visit_expression(object, expression_class);
    // Values keep their type in a member that is an object: no text, no rule.
    const auto type = text_of(object, "type");
    if (type.empty() || type.ends_with("_TYPE_INFO")) return visit_members(object);
    if (contains(kQueryNodes, type)) return visit_query(object, type);
    if (type == "BASE_TABLE") return visit_table(object);
    if (type == "TABLE_FUNCTION") return visit_table_function(object);
    if (type == "SHOW_REF") return visit_show(object);
    if (contains(kPlainParts, type)) return visit_members(object);
    return refuse(fmt::format("{} is not offered", type));
}

Result<> Walk::visit_members(const Object& object, std::string_view left_out) {
    for (const auto& [key, value] : object) {
        if (key != left_out) {
            ICE_TRY(visit(value));
        }
    }
    return {};
}

Result<> Walk::visit_member(const Object& object, const char* key) {
    Element member;
    if (object[key].get(member) != simdjson::SUCCESS) return {};
    return visit(member);
}

Result<> Walk::visit_expression(const Object& expression, std::string_view expression_class) {
    if (!contains(kExpressionClasses, expression_class)) {
        return refuse_at(expression,
                         fmt::format("{} is not offered", lower_case(expression_class)));
    }
    if (expression_class == "FUNCTION" || expression_class == "WINDOW") {
        const auto name = text_of(expression, "function_name");
        const auto space = text_of(expression, "schema");
        const auto catalog = text_of(expression, "catalog");
        const bool is_qualified = !(space.empty() || space == "main") || !catalog.empty();
        if (is_qualified || !is_allowed_function(lower_case(name))) {
            return refuse_at(expression, fmt::format("function {} is not allowed", name));
        }
        if (is_volatile_function(lower_case(name))) is_repeatable_ = false;
        const bool is_plain = expression_class == "FUNCTION" && !has_order(expression);
        if (!is_plain && is_plain_only_aggregate(lower_case(name))) {
            return refuse_at(expression,
                             fmt::format("function {} takes neither OVER nor ORDER BY", name));
        }
    }
    if (expression_class == "COLUMN_REF" && names_the_clock(expression)) is_repeatable_ = false;
    // Values are bound by their place: $1 and ?, which the parser numbers.
    if (expression_class == "PARAMETER" && !is_number(text_of(expression, "identifier"))) {
        return refuse_at(expression, "a parameter has no name; use $1, $2, ...");
    }
    if (alternatives_ > 0 && compares_distinct_from_value(expression)) misleads_pruning_ = true;
    const auto type = text_of(expression, "type");
    const bool is_alternative = type == "CONJUNCTION_OR" || type == "OPERATOR_NOT";
    if (is_alternative) ++alternatives_;
    auto visited = visit_members(expression);
    if (is_alternative) --alternatives_;
    return visited;
}

Result<> Walk::visit_query(const Object& query, std::string_view type) {
    if (++selects_ > kSelectsMax) {
        return refuse(fmt::format("the statement has more than {} SELECTs", kSelectsMax));
    }
    if (has_value(query, "sample")) is_repeatable_ = false;
    const std::size_t outer = scope_.size();
    auto outer_filters =
        std::exchange(filters_, type == "SELECT_NODE" ? SelectFilters(query) : SelectFilters());
    ICE_TRY(visit_ctes(query));
    if (type == "RECURSIVE_CTE_NODE") {
        ICE_TRY(visit_named_halves(query, "left", "right"));
    } else if (type == "CTE_NODE") {
        ICE_TRY(visit_named_halves(query, "query", "child"));
    } else {
        ICE_TRY(visit_members(query, "cte_map"));
    }
    filters_ = std::move(outer_filters);
    scope_.resize(outer);
    return {};
}

/// Declares the names of `WITH a AS (...), b AS (...)` one after the other.
Result<> Walk::visit_ctes(const Object& query) {
    simdjson::dom::array entries;
    if (query["cte_map"]["map"].get(entries) != simdjson::SUCCESS) return {};
    for (const Element entry : entries) {
        Object pair;
        if (entry.get(pair) != simdjson::SUCCESS) return refuse("the tree has an unknown shape");
        ICE_TRY(visit_member(pair, "value"));
        ICE_TRY(declare(text_of(pair, "key")));
    }
    return {};
}

/// The name of a recursive CTE is seen in its second half only.
Result<> Walk::visit_named_halves(const Object& query, const char* first, const char* second) {
    ICE_TRY(visit_member(query, first));
    const std::size_t outer = scope_.size();
    for (const auto& [key, value] : query) {
        if (key != first && key != second && key != "cte_map") {
            ICE_TRY(visit(value));
        }
    }
    ICE_TRY(declare(text_of(query, "cte_name")));
    ICE_TRY(visit_member(query, second));
    scope_.resize(outer);
    return {};
}

Result<> Walk::declare(std::string_view cte_name) {
    // A second fence: a name that could also be that of a file never becomes one of a CTE.
    if (cte_name.find_first_of("./\\:*?[") != std::string_view::npos) {
        return refuse(fmt::format("\"{}\" cannot name a WITH query", cte_name));
    }
    scope_.push_back(lower_case(cte_name));
    return {};
}

bool Walk::is_in_scope(std::string_view name) const {
    return std::find(scope_.rbegin(), scope_.rend(), lower_case(name)) != scope_.rend();
}

Result<> Walk::visit_table(const Object& table) {
    if (has_value(table, "sample")) is_repeatable_ = false;
    if (++references_ > kTableReferencesMax) {
        return refuse(fmt::format("the statement names more than {} tables", kTableReferencesMax));
    }
    if (has_value(table, "at_clause")) return refuse_at(table, "AT is not offered");
    const auto catalog = lower_case(text_of(table, "catalog_name"));
    const auto space = text_of(table, "schema_name");
    const auto name = text_of(table, "table_name");
    ICE_TRY(visit_members(table));
    if (catalog.empty() && space.empty() && is_in_scope(name)) return {};
    if (catalog == kAliasCatalog) uses_alias_catalog_ = true;
    const bool is_ours = catalog.empty() || catalog == kCatalog || catalog == kAliasCatalog;
    if (!is_ours) return add_external(catalog, table);
    return add_table({std::string(space), std::string(name)}, table);
}

Result<> Walk::add_external(const std::string& catalog, const Object& reference) {
    if (std::find(catalogs_.begin(), catalogs_.end(), catalog) == catalogs_.end()) {
        return refuse_at(reference, no_catalog(catalog));
    }
    const auto space = text_of(reference, "schema_name");
    if (space.find('.') != std::string_view::npos) {
        return refuse_at(
            reference,
            fmt::format(
                "of catalog {} only namespaces of one level are read, not \"{}\"", catalog, space));
    }
    if (std::find(externals_.begin(), externals_.end(), catalog) == externals_.end()) {
        externals_.push_back(catalog);
    }
    ExternalTable named{catalog, std::string(space), std::string(text_of(reference, "table_name"))};
    if (std::find(external_tables_.begin(), external_tables_.end(), named) ==
        external_tables_.end()) {
        external_tables_.push_back(std::move(named));
    }
    return {};
}

std::string Walk::no_catalog(const std::string& catalog) const {
    if (!catalogs_.empty()) {
        return fmt::format("there is no catalog \"{}\"; there are {} and, of others, {}",
                           catalog,
                           kCatalog,
                           fmt::join(catalogs_, ", "));
    }
    return fmt::format(
        "there is no catalog \"{}\"; use icelight. Tables of other catalogs are read when "
        "query.external-catalogs names them; else join in an engine that attaches both, with this "
        "server's Iceberg REST catalog at /iceberg",
        catalog);
}

Result<> Walk::add_table(TableName table, const Object& reference) {
    auto predicates = filters_.of_table(reference);
    if (table.space.size() + table.name.size() > kNameBytesMax) {
        return refuse_at(reference, "a table's name is too long");
    }
    const auto known = std::find(tables_.begin(), tables_.end(), table);
    if (known != tables_.end()) {
        mentions_[static_cast<std::size_t>(known - tables_.begin())].push_back(
            std::move(predicates));
        return {};
    }
    tables_.push_back(std::move(table));
    mentions_.push_back({std::move(predicates)});
    places_.push_back(place_of(reference));
    return {};
}

Result<> Walk::visit_table_function(const Object& reference) {
    Object function;
    if (reference["function"].get(function) != simdjson::SUCCESS ||
        text_of(function, "class") != "FUNCTION") {
        return refuse("the tree has an unknown shape");
    }
    const auto name = text_of(function, "function_name");
    const bool is_qualified =
        !text_of(function, "schema").empty() || !text_of(function, "catalog").empty();
    if (is_qualified || !is_allowed_table_function(lower_case(name))) {
        return refuse_at(reference, fmt::format("table function {} is not allowed", name));
    }
    ICE_TRY(visit_members(function));
    return visit_members(reference, "function");
}

Result<> Walk::visit_show(const Object& show) {
    // DESCRIBE and SUMMARIZE of a query or table carry that query; what is left lists catalogs.
    if (!has_value(show, "query")) {
        return refuse(
            fmt::format("SHOW {} is not offered; SHOW TABLES is", text_of(show, "table_name")));
    }
    return visit_members(show);
}

/// Exactly `SHOW TABLES`: the only source of the only query.
bool is_show_tables(const Object& node) {
    Object source;
    if (node["from_table"].get(source) != simdjson::SUCCESS) return false;
    if (text_of(source, "type") != "SHOW_REF" || has_value(source, "query")) return false;
    const auto name = lower_case(text_of(source, "table_name"));
    return name == "\"tables\"" || name == "tables" || name == "__show_tables_expanded";
}

}  // namespace

Result<Statement> check_tree(std::string_view tree_json,
                             std::string_view sql,
                             const std::vector<std::string>& externals) {
    simdjson::dom::parser parser;
    Object root;
    simdjson::dom::array statements;
    // Deeper than simdjson's 1,024 levels is refused here.
    if (parser.parse(tree_json.data(), tree_json.size()).get(root) != simdjson::SUCCESS ||
        root["statements"].get(statements) != simdjson::SUCCESS) {
        return refuse("the statement is nested too deeply");
    }
    if (statements.size() != 1) {
        return refuse("exactly one SELECT statement is allowed");
    }
    Object statement;
    Object node;
    if (statements.at(0).get(statement) != simdjson::SUCCESS ||
        statement["node"].get(node) != simdjson::SUCCESS) {
        return refuse("the tree has an unknown shape");
    }
    if (is_show_tables(node)) return Statement{StatementKind::kShowTables};
    Walk walk(sql, externals);
    ICE_TRY(walk.visit(statements.at(0).value_unsafe()));
    auto read = walk.take_statement();
    if (read.misleads_pruning && !read.externals.empty()) {
        return refuse(
            "IS [NOT] DISTINCT FROM a value, below OR or NOT, is not read rightly in tables of "
            "other catalogs; say (x <> v OR x IS NULL)");
    }
    return read;
}

}  // namespace icelight::query
