#include "semantic/filter/operators.h"

#include <algorithm>
#include <array>

namespace icelight::semantic {
namespace {

constexpr auto kMany = kFilterValuesMax;
constexpr auto kValues = Operand::kValues;
constexpr auto kTexts = Operand::kTexts;
constexpr auto kDates = Operand::kDates;
constexpr auto kNone = Operand::kNone;

// clang-format off: a table.
constexpr auto kRules = std::to_array<OperatorRule>({
    // name               operator                  operand  min max    null   measure
    {"equals", Operator::kEquals, kValues, 1, kMany, true, true},
    {"notEquals", Operator::kNotEquals, kValues, 1, kMany, true, true},
    {"in", Operator::kEquals, kValues, 1, kMany, true, true},
    {"notIn", Operator::kNotEquals, kValues, 1, kMany, true, true},
    {"contains", Operator::kContains, kTexts, 1, kMany, false, false},
    {"notContains", Operator::kNotContains, kTexts, 1, kMany, false, false},
    {"startsWith", Operator::kStartsWith, kTexts, 1, kMany, false, false},
    {"notStartsWith", Operator::kNotStartsWith, kTexts, 1, kMany, false, false},
    {"endsWith", Operator::kEndsWith, kTexts, 1, kMany, false, false},
    {"notEndsWith", Operator::kNotEndsWith, kTexts, 1, kMany, false, false},
    {"gt", Operator::kGt, kValues, 1, 1, false, true},
    {"gte", Operator::kGte, kValues, 1, 1, false, true},
    {"lt", Operator::kLt, kValues, 1, 1, false, true},
    {"lte", Operator::kLte, kValues, 1, 1, false, true},
    {"between", Operator::kBetween, kValues, 2, 2, false, true},
    {"notBetween", Operator::kNotBetween, kValues, 2, 2, false, true},
    {"set", Operator::kSet, kNone, 0, kMany, true, true},
    {"notSet", Operator::kNotSet, kNone, 0, kMany, true, true},
    {"isEmpty", Operator::kIsEmpty, kNone, 0, kMany, true, false},
    {"isNotEmpty", Operator::kIsNotEmpty, kNone, 0, kMany, true, false},
    {"like", Operator::kLike, kTexts, 1, 1, false, false},
    {"notLike", Operator::kNotLike, kTexts, 1, 1, false, false},
    {"ilike", Operator::kIlike, kTexts, 1, 1, false, false},
    {"regex", Operator::kRegex, kTexts, 1, 1, false, false},
    {"notRegex", Operator::kNotRegex, kTexts, 1, 1, false, false},
    {"inDateRange", Operator::kInDateRange, kDates, 1, 2, false, false},
    {"notInDateRange", Operator::kNotInDateRange, kDates, 1, 2, false, false},
    {"onTheDate", Operator::kOnTheDate, kDates, 1, 1, false, false},
    {"beforeDate", Operator::kBeforeDate, kDates, 1, 1, false, false},
    {"beforeOrOnDate", Operator::kBeforeOrOnDate, kDates, 1, 1, false, false},
    {"afterDate", Operator::kAfterDate, kDates, 1, 1, false, false},
    {"afterOrOnDate", Operator::kAfterOrOnDate, kDates, 1, 1, false, false},
});
// clang-format on

}  // namespace

const OperatorRule* find_operator(std::string_view name) {
    const auto* found = std::find_if(
        kRules.begin(), kRules.end(), [&](const OperatorRule& rule) { return rule.name == name; });
    return found == kRules.end() ? nullptr : found;
}

std::vector<std::string_view> operator_names() {
    std::vector<std::string_view> names;
    names.reserve(kRules.size());
    for (const auto& rule : kRules)
        names.push_back(rule.name);
    return names;
}

}  // namespace icelight::semantic
