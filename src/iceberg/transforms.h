#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "iceberg/type.h"
#include "iceberg/values.h"

namespace icelight::iceberg {

enum class TransformKind : std::uint8_t {
    kIdentity,
    kYear,
    kMonth,
    kDay,
    kHour,
    kBucket,
    kTruncate,
    kVoid,
    kOther,  ///< Unknown: its text is kept; it never prunes.
};

/// A partition or sort transform (spec, "Partition transforms").
struct Transform {
    TransformKind kind = TransformKind::kIdentity;
    std::int32_t width = 0;  ///< bucket[N], truncate[W]; > 0.
    std::string name = {};   ///< kOther only.

    bool operator==(const Transform&) const = default;
};

/// "identity", "day", "bucket[16]", …
std::string transform_text(const Transform& transform);

/// @error kInvalidArgument  empty text, or a width that is not a positive int.
Result<Transform> parse_transform(std::string_view text);

/// Type of the transformed values: day → date, bucket → int, …
/// @error kInvalidArgument  the transform does not take `source`.
Result<Type> transform_result_type(const Transform& transform, const Type& source);

/// The transformed value; null stays null, void makes null. Times count from 1970 in UTC, before
/// it towards the past (floor).
/// @error kInvalidArgument  the transform does not take `source`, or `value` is not of it.
Result<Value> apply_transform(const Transform& transform, const Type& source, const Value& value);

}  // namespace icelight::iceberg
