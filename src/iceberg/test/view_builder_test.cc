#include <vector>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/view_metadata.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

Schema make_schema(const char* name) {
    Schema schema;
    schema.fields = {{.id = 1, .name = name, .is_required = false, .type = TypeKind::kLong}};
    return schema;
}

ViewVersion make_version(const std::string& sql, const std::string& dialect = "spark") {
    ViewVersion version;
    version.version_id = 1;
    version.timestamp_ms = 1'000;
    version.schema_id = kLastAddedOfView;
    version.default_namespace = {"ns"};
    version.representations = {{sql, dialect}};
    return version;
}

ViewMetadata make_view() {
    const std::vector<ViewUpdate> updates = {AssignViewUuid{make_uuid_v7(1)},
                                             SetViewLocation{"file:///w/v"},
                                             AddViewSchema{make_schema("id")},
                                             AddViewVersion{make_version("select 1")},
                                             SetCurrentViewVersion{}};
    auto view = apply_view_updates({}, updates, 5'000'000);
    EXPECT_THAT(view, IsOk());
    return view.value_or(ViewMetadata{});
}

Result<ViewMetadata> apply(const ViewMetadata& view, std::vector<ViewUpdate> updates) {
    return apply_view_updates(view, updates, 9'000'000);
}

TEST(ViewBuilder, MakesAViewOfOneVersion) {
    const ViewMetadata view = make_view();
    EXPECT_EQ(view.current_version_id, 1);
    ASSERT_EQ(view.versions.size(), 1U);
    EXPECT_EQ(view.versions[0].schema_id, 0);
    EXPECT_EQ(view.version_log, (std::vector<ViewVersionLogEntry>{{1'000, 1}}));
}

TEST(ViewBuilder, AVersionThatDiffersGetsTheNextIdAndAnEqualOneIsFoundAgain) {
    const ViewMetadata view = make_view();
    const auto next = apply(view,
                            {AddViewSchema{make_schema("id")},
                             AddViewVersion{make_version("select 2")},
                             SetCurrentViewVersion{}});
    ASSERT_THAT(next, IsOk());
    EXPECT_EQ(next->schemas.size(), 1U);
    EXPECT_EQ(next->current_version_id, 2);
    EXPECT_EQ(next->version_log.size(), 2U);
    const auto back = apply(*next,
                            {AddViewSchema{make_schema("id")},
                             AddViewVersion{make_version("select 1")},
                             SetCurrentViewVersion{}});
    ASSERT_THAT(back, IsOk());
    EXPECT_EQ(back->current_version_id, 1);
    EXPECT_EQ(back->versions.size(), 2U);
    EXPECT_EQ(back->version_log.back(), (ViewVersionLogEntry{9'000, 1}));
    const auto other = apply(view,
                             {AddViewSchema{make_schema("other")},
                              AddViewVersion{make_version("select 1")},
                              SetCurrentViewVersion{}});
    ASSERT_THAT(other, IsOk());
    EXPECT_EQ(other->versions.back().schema_id, 1);
}

TEST(ViewBuilder, KeepsTheNewestVersionsAndTheLogThatTheyExplain) {
    ViewMetadata view = make_view();
    view.properties[kViewVersionsKept] = "2";
    for (int i = 2; i <= 5; ++i) {
        auto next = apply(view,
                          {AddViewSchema{make_schema("id")},
                           AddViewVersion{make_version("select " + std::to_string(i))},
                           SetCurrentViewVersion{}});
        ASSERT_THAT(next, IsOk());
        view = std::move(*next);
    }
    ASSERT_EQ(view.versions.size(), 2U);
    EXPECT_EQ(view.versions[0].version_id, 4);
    EXPECT_EQ(view.versions[1].version_id, 5);
    ASSERT_EQ(view.version_log.size(), 2U);
    EXPECT_EQ(view.version_log[0].version_id, 4);
    for (const char* bad : {"0", "-1", "x", ""})
        EXPECT_THAT(apply(view, {SetViewProperties{{{kViewVersionsKept, bad}}}}),
                    HasMessage("must be positive but was"));
}

TEST(ViewBuilder, ADialectGoesOnlyWhenTheViewSaysSo) {
    const ViewMetadata view = make_view();
    const std::vector<ViewUpdate> replace = {AddViewSchema{make_schema("id")},
                                             AddViewVersion{make_version("select 1", "trino")},
                                             SetCurrentViewVersion{}};
    EXPECT_THAT(apply(view, replace), HasMessage("loss of view dialects"));
    std::vector<ViewUpdate> allowed = {SetViewProperties{{{kViewMayDropDialect, "true"}}}};
    allowed.insert(allowed.end(), replace.begin(), replace.end());
    EXPECT_THAT(apply(view, allowed), IsOk());
}

TEST(ViewBuilder, RefusesWhatContradictsTheView) {
    const ViewMetadata view = make_view();
    ViewVersion twice = make_version("select 1");
    twice.schema_id = 0;
    twice.representations.push_back({"select 2", "SPARK"});
    ViewVersion unknown_schema = make_version("select 1");
    unknown_schema.schema_id = 7;
    ViewVersion empty = make_version("x");
    empty.schema_id = 0;
    empty.representations.clear();
    const std::pair<ViewUpdate, const char*> cases[] = {
        {AssignViewUuid{make_uuid_v7(2)}, "Cannot reassign uuid"},
        {UpgradeViewFormat{2}, "Unsupported view format version: 2"},
        {AddViewVersion{make_version("x")}, "no schema has been added"},
        {AddViewVersion{unknown_schema}, "unknown schema: 7"},
        {AddViewVersion{twice}, "multiple queries for dialect spark"},
        {AddViewVersion{empty}, "it has no query"},
        {SetCurrentViewVersion{}, "no version has been added"},
        {SetCurrentViewVersion{9}, "unknown version: 9"},
        {SetViewLocation{""}, "no location"},
    };
    for (const auto& [update, words] : cases) {
        const auto changed = apply(view, {update});
        EXPECT_THAT(changed, IsError(ErrorCode::kInvalidArgument));
        EXPECT_THAT(changed, HasMessage(words));
    }
    EXPECT_THAT(apply_view_updates({}, {}, 1), HasMessage("no version is current"));
}

TEST(ViewBuilder, PropertiesComeAndGo) {
    const auto with = apply(make_view(), {SetViewProperties{{{"a", "1"}, {"b", "2"}}}});
    ASSERT_THAT(with, IsOk());
    const auto without = apply(*with, {RemoveViewProperties{{"a", "none"}}});
    ASSERT_THAT(without, IsOk());
    EXPECT_EQ(without->properties, (std::map<std::string, std::string>{{"b", "2"}}));
}

}  // namespace
}  // namespace icelight::iceberg
