#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "iceberg/json/view_metadata_json.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

/// As the view specification's example has it, in our order of members.
constexpr const char* kView =
    R"({"view-uuid":"fa6506c3-7681-40c8-86dc-e36561f83385","format-version":1,)"
    R"("location":"file:///w/v","schemas":[{"type":"struct","schema-id":1,"fields":[)"
    R"({"id":1,"name":"event_count","required":false,"type":"int","doc":"Count of events"}]}],)"
    R"("current-version-id":1,"versions":[{"version-id":1,"timestamp-ms":1573518431292,)"
    R"("schema-id":1,"summary":{"engine-name":"Spark"},"default-namespace":["default"],)"
    R"("representations":[{"type":"sql","sql":"SELECT 1","dialect":"spark"}],)"
    R"("default-catalog":"prod"}],"version-log":[{"timestamp-ms":1573518431292,"version-id":1}],)"
    R"("properties":{"comment":"Daily event counts"}})";

TEST(ViewJson, AViewComesBackAsItWas) {
    const auto view = parse_view_metadata(kView);
    ASSERT_THAT(view, IsOk());
    EXPECT_EQ(view->versions.front().default_catalog, "prod");
    EXPECT_EQ(view->schemas.front().fields.front().name, "event_count");
    const std::string text = encode_view_metadata(*view);
    const auto again = parse_view_metadata(text);
    ASSERT_THAT(again, IsOk());
    EXPECT_EQ(*again, *view);
}

std::string with(std::string from, const std::string& what, const std::string& by) {
    const auto at = from.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return from.replace(at, what.size(), by);
}

TEST(ViewJson, NamesWhatIsWrongWithAFile) {
    EXPECT_THAT(parse_view_metadata(with(kView, R"("format-version":1)", R"("format-version":2)")),
                IsError(ErrorCode::kUnsupported));
    const std::pair<const char*, const char*> cases[] = {
        {R"("current-version-id":1)", R"("current-version-id":4)"},
        {"fa6506c3-7681", "zzzz"},
        {R"("type":"sql")", R"("type":"substrait")"},
        {R"("default-namespace":["default"],)", ""},
    };
    for (const auto& [what, by] : cases) {
        EXPECT_THAT(parse_view_metadata(with(kView, what, by)), IsError(ErrorCode::kCorruption))
            << by;
    }
}

TEST(ViewJson, ReadsEveryUpdate) {
    const auto commit = parse_commit_view_request(
        R"({"identifier":{"namespace":["a"],"name":"v"},)"
        R"("requirements":[{"type":"assert-view-uuid","uuid":"fa6506c3-7681-40c8-86dc-e36561f83385"}],)"
        R"("updates":[{"action":"assign-uuid","uuid":"fa6506c3-7681-40c8-86dc-e36561f83385"},)"
        R"({"action":"upgrade-format-version","format-version":1},)"
        R"({"action":"add-schema","schema":{"type":"struct","schema-id":0,"fields":[]}},)"
        R"({"action":"set-location","location":"file:///w/x"},)"
        R"({"action":"set-properties","updates":{"a":"1"}},)"
        R"({"action":"remove-properties","removals":["b"]},)"
        R"({"action":"add-view-version","view-version":{"version-id":1,"timestamp-ms":5,)"
        R"("schema-id":-1,"summary":{},"default-namespace":[],"representations":[)"
        R"({"type":"sql","sql":"select 1","dialect":"spark"}]}},)"
        R"({"action":"set-current-view-version","view-version-id":-1}]})");
    ASSERT_THAT(commit, IsOk());
    EXPECT_EQ(commit->required_uuids.size(), 1U);
    ASSERT_EQ(commit->updates.size(), 8U);
    for (std::size_t i = 0; i < commit->updates.size(); ++i)
        EXPECT_EQ(commit->updates[i].index(), i);
}

TEST(ViewJson, RefusesWhatIsNoChangeOfAView) {
    EXPECT_THAT(parse_commit_view_request(R"({"updates":[{"action":"add-snapshot"}]})"),
                HasMessage("is not one of a view: add-snapshot"));
    EXPECT_THAT(
        parse_commit_view_request(R"({"requirements":[{"type":"assert-create"}],"updates":[]})"),
        HasMessage("is not one of a view: assert-create"));
    EXPECT_THAT(parse_create_view_request(R"({"name":"v"})"), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::iceberg
