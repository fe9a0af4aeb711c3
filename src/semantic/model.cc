#include "semantic/model.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace icelight::semantic {
namespace {

constexpr std::array<std::pair<std::string_view, MeasureType>, 31> kMeasureTypes{{
    {"count", MeasureType::kCount},
    {"countDistinct", MeasureType::kCountDistinct},
    {"count_distinct", MeasureType::kCountDistinct},
    {"countDistinctApprox", MeasureType::kCountDistinctApprox},
    {"count_distinct_approx", MeasureType::kCountDistinctApprox},
    {"sum", MeasureType::kSum},
    {"avg", MeasureType::kAvg},
    {"min", MeasureType::kMin},
    {"max", MeasureType::kMax},
    {"number", MeasureType::kNumber},
    {"calculated", MeasureType::kCalculated},
    {"stddev", MeasureType::kStddev},
    {"stddevSamp", MeasureType::kStddevSamp},
    {"variance", MeasureType::kVariance},
    {"varianceSamp", MeasureType::kVarianceSamp},
    {"median", MeasureType::kMedian},
    {"percentile", MeasureType::kPercentile},
    {"p95", MeasureType::kP95},
    {"p99", MeasureType::kP99},
    {"runningTotal", MeasureType::kRunningTotal},
    {"running_total", MeasureType::kRunningTotal},
    {"lag", MeasureType::kLag},
    {"lead", MeasureType::kLead},
    {"rank", MeasureType::kRank},
    {"denseRank", MeasureType::kDenseRank},
    {"rowNumber", MeasureType::kRowNumber},
    {"ntile", MeasureType::kNtile},
    {"firstValue", MeasureType::kFirstValue},
    {"lastValue", MeasureType::kLastValue},
    {"movingAvg", MeasureType::kMovingAvg},
    {"movingSum", MeasureType::kMovingSum},
}};

template <class T>
const T* find_named(const std::vector<T>& items, std::string_view name) {
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const T& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

template <class T>
Ref<T> find_in(const std::unordered_map<std::string_view, Ref<T>>& index, std::string_view name) {
    const auto found = index.find(name);
    return found == index.end() ? Ref<T>{} : found->second;
}

}  // namespace

std::string_view value_type_name(ValueType type) {
    switch (type) {
        case ValueType::kString:
            return "string";
        case ValueType::kNumber:
            return "number";
        case ValueType::kBoolean:
            return "boolean";
        case ValueType::kTime:
            return "time";
    }
    return "string";
}

std::string_view measure_type_name(MeasureType type) {
    for (const auto& [name, known] : kMeasureTypes) {
        if (known == type) return name;
    }
    return "number";
}

std::optional<MeasureType> find_measure_type(std::string_view name) {
    for (const auto& [known, type] : kMeasureTypes) {
        if (known == name) return type;
    }
    return std::nullopt;
}

std::vector<std::string_view> measure_type_names() {
    std::vector<std::string_view> names;
    names.reserve(kMeasureTypes.size());
    for (const auto& [name, type] : kMeasureTypes)
        names.push_back(name);
    return names;
}

bool is_window(MeasureType type) {
    return type >= MeasureType::kRunningTotal;
}

const Granularity* Dimension::find_granularity(std::string_view wanted) const {
    const auto* const known = semantic::find_granularity(calendar_granularities(), wanted);
    return known != nullptr ? known : semantic::find_granularity(granularities, wanted);
}

const Dimension* Cube::find_dimension(std::string_view wanted) const {
    return find_named(dimensions, wanted);
}

const Measure* Cube::find_measure(std::string_view wanted) const {
    return find_named(measures, wanted);
}

const Segment* Cube::find_segment(std::string_view wanted) const {
    return find_named(segments, wanted);
}

Model::Model(std::vector<Cube> cubes) : cubes_(std::move(cubes)) {
    std::size_t count = 0;
    for (const auto& cube : cubes_)
        count += cube.dimensions.size() + cube.measures.size() + cube.segments.size();
    names_.reserve(count);  // the keys of the maps point into it
    for (const auto& cube : cubes_) {
        index(cube, cube.dimensions, dimensions_);
        index(cube, cube.measures, measures_);
        index(cube, cube.segments, segments_);
    }
}

template <class T>
void Model::index(const Cube& cube, const std::vector<T>& items, Index<T>& index) {
    for (const auto& item : items) {
        names_.push_back(cube.name + '.' + item.name);
        index.emplace(names_.back(), Ref<T>{&cube, &item});
    }
}

const Cube* Model::find_cube(std::string_view name) const {
    return find_named(cubes_, name);
}

DimensionRef Model::find_dimension(std::string_view full_name) const {
    return find_in(dimensions_, full_name);
}

MeasureRef Model::find_measure(std::string_view full_name) const {
    return find_in(measures_, full_name);
}

SegmentRef Model::find_segment(std::string_view full_name) const {
    return find_in(segments_, full_name);
}

template <class T>
Checked<Ref<T>> Model::require(const Index<T>& index,
                               std::string_view name,
                               std::string pointer,
                               std::string_view kind) const {
    const auto found = find_in(index, name);
    if (found.item != nullptr) return found;
    std::vector<std::string_view> known;
    known.reserve(index.size());
    for (const auto& [key, ref] : index)
        known.push_back(key);
    std::sort(known.begin(), known.end());  // the same answer every time
    return refuse_name(
        fmt::format("`{}` is not a {}", name, kind), std::move(pointer), name, known);
}

Checked<DimensionRef> Model::dimension(std::string_view full_name, std::string pointer) const {
    return require(dimensions_, full_name, std::move(pointer), "dimension");
}

Checked<MeasureRef> Model::measure(std::string_view full_name, std::string pointer) const {
    return require(measures_, full_name, std::move(pointer), "measure");
}

Checked<SegmentRef> Model::segment(std::string_view full_name, std::string pointer) const {
    return require(segments_, full_name, std::move(pointer), "segment");
}

}  // namespace icelight::semantic
