#include "query/plan/file_filter.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace icelight::query {
namespace {

using iceberg::Type;
using iceberg::TypeKind;
using iceberg::Value;

/// What a file says about the values of a column; empty: nothing.
struct Range {
    std::optional<Value> lower;
    std::optional<Value> upper;
};

/// Bounds may have been written before int became long: decoded as the column's type is now.
Range bounds_of(const iceberg::DataFile& file, const Condition& condition) {
    Range range;
    const auto read = [&](const auto& bounds) -> std::optional<Value> {
        const auto found = bounds.find(condition.field_id);
        if (found == bounds.end()) return std::nullopt;
        auto value = iceberg::decode_value(condition.type, found->second);
        if (!value) return std::nullopt;
        return *value;
    };
    range.lower = read(file.lower_bounds);
    range.upper = read(file.upper_bounds);
    return range;
}

bool may_be(const Range& range, const Type& type, Comparison comparison, const Value& value) {
    const auto lower_is = [&] {
        return iceberg::compare_values(type, *range.lower, value);
    };
    const auto upper_is = [&] {
        return iceberg::compare_values(type, *range.upper, value);
    };
    switch (comparison) {
        case Comparison::kLess:
            return !range.lower || lower_is() < 0;
        case Comparison::kLessOrEqual:
            return !range.lower || lower_is() <= 0;
        case Comparison::kGreater:
            return !range.upper || upper_is() > 0;
        case Comparison::kGreaterOrEqual:
            return !range.upper || upper_is() >= 0;
        case Comparison::kEqual:
        case Comparison::kIn:
            break;
    }
    return (!range.lower || lower_is() <= 0) && (!range.upper || upper_is() >= 0);
}

bool may_be(const Range& range, const Condition& condition) {
    if (!range.lower && !range.upper) return true;
    return std::any_of(condition.values.begin(), condition.values.end(), [&](const Value& value) {
        return may_be(range, condition.type, condition.comparison, value);
    });
}

bool keeps_order(iceberg::TransformKind kind) {
    using Kind = iceberg::TransformKind;
    return kind == Kind::kIdentity || kind == Kind::kYear || kind == Kind::kMonth ||
           kind == Kind::kDay || kind == Kind::kHour;
}

/// The transform keeps the order of values, so transformed values are compared; < and > become <=
/// and >=, since values of one day are on both sides of a moment of it.
bool may_match_partition(const LiveFiles& manifest,
                         const LiveFile& file,
                         std::size_t index,
                         const Condition& condition) {
    if (index >= manifest.partition.size() || index >= file.file.partition.size()) return true;
    const auto& transform = manifest.spec.fields[index].transform;
    const Type& type = manifest.partition[index].type;
    const Value& value = file.file.partition[index];
    if (iceberg::is_null(value))
        return false;  // All rows are NULL, which no comparison is true of.
    if (!iceberg::is_of_type(type, value)) return true;
    Condition transformed{condition.field_id, type, condition.comparison, {}};
    if (transform.kind != iceberg::TransformKind::kIdentity) {
        if (condition.comparison == Comparison::kLess)
            transformed.comparison = Comparison::kLessOrEqual;
        if (condition.comparison == Comparison::kGreater)
            transformed.comparison = Comparison::kGreaterOrEqual;
    }
    for (const auto& wanted : condition.values) {
        auto one = iceberg::apply_transform(transform, condition.type, wanted);
        if (!one || !iceberg::is_of_type(type, *one)) return true;
        transformed.values.push_back(std::move(*one));
    }
    return may_be({value, value}, transformed);
}

}  // namespace

bool may_match(const LiveFiles& manifest, const LiveFile& file, const Condition& condition) {
    if (!may_be(bounds_of(file.file, condition), condition)) return false;
    for (std::size_t i = 0; i < manifest.spec.fields.size(); ++i) {
        const auto& field = manifest.spec.fields[i];
        if (field.source_id != condition.field_id || !keeps_order(field.transform.kind)) continue;
        if (!may_match_partition(manifest, file, i, condition)) return false;
    }
    return true;
}

bool may_match(const LiveFiles& manifest,
               const LiveFile& file,
               const std::vector<Conditions>& mentions) {
    if (mentions.empty()) return true;
    return std::any_of(mentions.begin(), mentions.end(), [&](const Conditions& mention) {
        return std::all_of(mention.begin(), mention.end(), [&](const Condition& condition) {
            return may_match(manifest, file, condition);
        });
    });
}

std::string conditions_text(const std::vector<Conditions>& mentions) {
    std::string text;
    for (const auto& mention : mentions) {
        text += '|';
        for (const auto& condition : mention) {
            fmt::format_to(std::back_inserter(text),
                           "{} {}",
                           condition.field_id,
                           static_cast<int>(condition.comparison));
            for (const auto& value : condition.values) {
                const auto bytes = iceberg::encode_value(condition.type, value);
                fmt::format_to(std::back_inserter(text), " {}:", bytes.size());
                text += bytes;
            }
            text += ';';
        }
    }
    return text;
}

}  // namespace icelight::query
