#include "catalog/sink/sink_table.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::catalog {
namespace {

using iceberg::TypeKind;
using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

const SinkTable kSink{{{"analytics"}, "events"}, {1}};

iceberg::Field field(std::int32_t id, TypeKind type, bool is_required = false) {
    return {.id = id, .name = "c" + std::to_string(id), .is_required = is_required, .type = type};
}

iceberg::TableMetadata make_base() {
    iceberg::TableMetadata base;
    base.location = "file:///w/t";
    base.current_schema_id = 0;
    base.schemas = {{0, {field(1, TypeKind::kString, true), field(2, TypeKind::kInt)}, {}}};
    base.partition_specs.emplace_back();
    base.properties = {{"icelight.watermark", "w"}};
    return base;
}

iceberg::TableMetadata with_fields(std::vector<iceberg::Field> fields) {
    auto changed = make_base();
    changed.schemas.push_back({1, std::move(fields), {}});
    changed.current_schema_id = 1;
    return changed;
}

TEST(SinkTable, ColumnsEvolveAroundTheKeptOnes) {
    const auto kept = field(1, TypeKind::kString, true);
    auto renamed = kept;
    renamed.name = "other";
    auto loosened = kept;
    loosened.is_required = false;
    for (const auto& fields : std::vector<std::vector<iceberg::Field>>{
             {kept},
             {renamed, field(2, TypeKind::kInt), field(3, TypeKind::kString)},
             {field(2, TypeKind::kLong), loosened}}) {
        EXPECT_THAT(check_sink_change(kSink, make_base(), with_fields(fields)), IsOk());
    }
    for (const auto& fields :
         std::vector<std::vector<iceberg::Field>>{{field(2, TypeKind::kInt)},
                                                  {field(1, TypeKind::kBinary, true)},
                                                  {kept, field(2, TypeKind::kString)},
                                                  {kept, field(2, TypeKind::kInt, true)},
                                                  {kept, field(3, TypeKind::kInt, true)}}) {
        EXPECT_THAT(check_sink_change(kSink, make_base(), with_fields(fields)),
                    IsError(ErrorCode::kInvalidArgument));
    }
}

TEST(SinkTable, AColumnHasNoValueInRowsThatCameWithoutIt) {
    const auto kept = field(1, TypeKind::kString, true);
    auto added = field(3, TypeKind::kInt);
    added.initial_default = "null";
    EXPECT_THAT(check_sink_change(kSink, make_base(), with_fields({kept, added})), IsOk());
    added.initial_default = "42";
    EXPECT_THAT(check_sink_change(kSink, make_base(), with_fields({kept, added})),
                HasMessage("column c3 may not have an initial default"));
}

TEST(SinkTable, ItsFirstSpecPlaceAndWatermarkStay) {
    const auto base = make_base();
    EXPECT_THAT(check_sink_change(kSink, base, base), IsOk());
    auto changed = base;
    changed.partition_specs.clear();
    EXPECT_THAT(check_sink_change(kSink, base, changed), HasMessage("partition spec"));
    changed = base;
    changed.location += "x";
    EXPECT_THAT(check_sink_change(kSink, base, changed), HasMessage("location"));
    changed = base;
    changed.properties.clear();
    EXPECT_THAT(check_sink_change(kSink, base, changed), HasMessage("icelight.watermark"));
}

}  // namespace
}  // namespace icelight::catalog
