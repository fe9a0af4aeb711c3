#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/check.h"
#include "semantic/filter/filter.h"

namespace icelight::semantic {
namespace {

std::string join(const std::vector<std::string>& parts, std::string_view between) {
    if (parts.size() == 1) return parts.front();
    return fmt::format("({})", fmt::join(parts, between));
}

/// A pattern that matches `text` itself: \, % and _ are escaped.
std::string escape_like(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '%' || c == '_') out += '\\';
        out += c;
    }
    return out;
}

/// One leaf. `x` is the member's SQL.
class LeafWriter {
public:
    LeafWriter(const Filter& filter, std::string x, SqlValues& values)
        : filter_(filter), x_(std::move(x)), values_(values) {}

    std::string write();

private:
    bool is_time() const {
        return filter_.kind == Filter::Kind::kDimension &&
               filter_.dimension.item->type == ValueType::kTime;
    }

    bool is_text() const {
        return filter_.kind == Filter::Kind::kDimension &&
               filter_.dimension.item->type == ValueType::kString;
    }

    std::string text() const { return is_text() ? x_ : fmt::format("CAST({} AS VARCHAR)", x_); }

    std::string bind(std::size_t i) { return values_.bind(filter_.values.at(i)); }

    std::string equals(bool is_negated);
    std::string pattern(std::string_view before, std::string_view after, bool is_negated);
    std::string compare(std::string_view sign);
    std::string times();
    std::string within(const DateRange& range, bool is_negated) const;
    std::string other();

    const Filter& filter_;
    const std::string x_;
    SqlValues& values_;
};

std::string LeafWriter::write() {
    switch (filter_.op) {
        case Operator::kSet:
            return x_ + " IS NOT NULL";
        case Operator::kNotSet:
            return x_ + " IS NULL";
        case Operator::kIsEmpty:
            return is_text() ? fmt::format("({0} IS NULL OR {0} = '')", x_) : x_ + " IS NULL";
        case Operator::kIsNotEmpty:
            return is_text() ? fmt::format("({0} IS NOT NULL AND {0} <> '')", x_)
                             : x_ + " IS NOT NULL";
        default:
            return is_time() ? times() : other();
    }
}

std::string LeafWriter::other() {
    switch (filter_.op) {
        case Operator::kEquals:
            return equals(false);
        case Operator::kNotEquals:
            return equals(true);
        case Operator::kContains:
            return pattern("%", "%", false);
        case Operator::kNotContains:
            return pattern("%", "%", true);
        case Operator::kStartsWith:
            return pattern("", "%", false);
        case Operator::kNotStartsWith:
            return pattern("", "%", true);
        case Operator::kEndsWith:
            return pattern("%", "", false);
        case Operator::kNotEndsWith:
            return pattern("%", "", true);
        case Operator::kGt:
            return compare(">");
        case Operator::kGte:
            return compare(">=");
        case Operator::kLt:
            return compare("<");
        case Operator::kLte:
            return compare("<=");
        case Operator::kBetween: {
            const auto low = bind(0);
            return fmt::format("({0} >= {1} AND {0} <= {2})", x_, low, bind(1));
        }
        case Operator::kNotBetween: {
            const auto low = bind(0);
            return fmt::format("({0} < {1} OR {0} > {2})", x_, low, bind(1));
        }
        case Operator::kLike:
            return fmt::format("{} LIKE {}", text(), bind(0));
        case Operator::kNotLike:
            return fmt::format("{} NOT LIKE {}", text(), bind(0));
        case Operator::kIlike:
            return fmt::format("{} ILIKE {}", text(), bind(0));
        case Operator::kRegex:
            return fmt::format("regexp_matches({}, {}, 'i')", text(), bind(0));
        case Operator::kNotRegex:
            return fmt::format("NOT regexp_matches({}, {}, 'i')", text(), bind(0));
        default:
            ICE_CHECK(false, "a date operator on a member that is no time");
            return {};
    }
}

std::string LeafWriter::equals(bool is_negated) {
    std::vector<std::string> bound;
    bool has_null = false;
    for (const auto& value : filter_.values) {
        if (std::holds_alternative<std::monostate>(value)) {
            has_null = true;
        } else {
            bound.push_back(values_.bind(value));
        }
    }
    if (bound.empty()) return x_ + (is_negated ? " IS NOT NULL" : " IS NULL");
    std::string list;
    if (bound.size() == 1) {
        list = fmt::format("{} {} {}", x_, is_negated ? "<>" : "=", bound.front());
    } else {
        list = fmt::format("{} {} ({})", x_, is_negated ? "NOT IN" : "IN", fmt::join(bound, ", "));
    }
    if (!is_negated) return has_null ? fmt::format("({} OR {} IS NULL)", list, x_) : list;
    // NULL is not equal to anything that is named, unless null is.
    return has_null ? fmt::format("({} AND {} IS NOT NULL)", list, x_)
                    : fmt::format("({} OR {} IS NULL)", list, x_);
}

std::string LeafWriter::pattern(std::string_view before, std::string_view after, bool is_negated) {
    std::vector<std::string> parts;
    for (const auto& value : filter_.values) {
        std::string like(before);
        like += escape_like(std::get<std::string>(value));
        like += after;
        parts.push_back(fmt::format("{} {}ILIKE {} ESCAPE '\\'",
                                    text(),
                                    is_negated ? "NOT " : "",
                                    values_.bind(std::move(like))));
    }
    if (!is_negated) return join(parts, " OR ");
    return fmt::format("({} OR {} IS NULL)", join(parts, " AND "), x_);
}

std::string LeafWriter::compare(std::string_view sign) {
    return fmt::format("{} {} {}", x_, sign, bind(0));
}

std::string LeafWriter::within(const DateRange& range, bool is_negated) const {
    const auto start = time_literal(range.start_us);
    const auto end = time_literal(range.end_us);
    if (is_negated) return fmt::format("({0} < {1} OR {0} >= {2})", x_, start, end);
    return fmt::format("({0} >= {1} AND {0} < {2})", x_, start, end);
}

/// A date stands for all of its day: whatever is after it begins at its end.
std::string LeafWriter::times() {
    std::vector<std::string> parts;
    const bool is_negated =
        filter_.op == Operator::kNotEquals || filter_.op == Operator::kNotInDateRange;
    const bool has_null = !filter_.values.empty();  // only nulls are kept as values
    switch (filter_.op) {
        case Operator::kEquals:
        case Operator::kOnTheDate:
        case Operator::kInDateRange:
        case Operator::kNotEquals:
        case Operator::kNotInDateRange:
            for (const auto& range : filter_.dates)
                parts.push_back(within(range, is_negated));
            if (has_null) parts.push_back(x_ + (is_negated ? " IS NOT NULL" : " IS NULL"));
            if (!is_negated) return join(parts, " OR ");
            return has_null ? join(parts, " AND ")
                            : fmt::format("({} OR {} IS NULL)", join(parts, " AND "), x_);
        case Operator::kBetween:
        case Operator::kNotBetween: {
            const DateRange both{filter_.dates.at(0).start_us, filter_.dates.at(1).end_us, 0, 0};
            return within(both, filter_.op == Operator::kNotBetween);
        }
        case Operator::kLt:
        case Operator::kBeforeDate:
            return fmt::format("{} < {}", x_, time_literal(filter_.dates.at(0).start_us));
        case Operator::kLte:
        case Operator::kBeforeOrOnDate:
            return fmt::format("{} < {}", x_, time_literal(filter_.dates.at(0).end_us));
        case Operator::kGt:
        case Operator::kAfterDate:
            return fmt::format("{} >= {}", x_, time_literal(filter_.dates.at(0).end_us));
        case Operator::kGte:
        case Operator::kAfterOrOnDate:
            return fmt::format("{} >= {}", x_, time_literal(filter_.dates.at(0).start_us));
        default:
            ICE_CHECK(false, "a text operator on a time");
            return {};
    }
}

}  // namespace

std::string filter_sql(const Filter& filter, SqlValues& values, const MeasureSql& measure_sql) {
    if (filter.kind == Filter::Kind::kDimension)
        return LeafWriter(filter, filter.dimension.item->sql, values).write();
    if (filter.kind == Filter::Kind::kMeasure)
        return LeafWriter(filter, measure_sql(filter.measure), values).write();
    std::vector<std::string> parts;
    for (const auto& child : filter.children) {
        auto part = filter_sql(child, values, measure_sql);
        if (!part.empty()) parts.push_back(std::move(part));
    }
    if (parts.empty()) return {};
    return join(parts, filter.kind == Filter::Kind::kOr ? " OR " : " AND ");
}

}  // namespace icelight::semantic
