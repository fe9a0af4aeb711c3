#include "iceberg/json/table_update_json.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::iceberg {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

constexpr std::string_view kSchema =
    R"({"type":"struct","fields":[{"id":1,"name":"a","required":true,"type":"long"}]})";

std::string update_body(std::string_view update) {
    return R"({"requirements":[],"updates":[)" + std::string(update) + "]}";
}

TEST(CommitRequestJson, EveryUpdateOfTheSpecificationIsRead) {
    const std::vector<std::string> updates = {
        R"({"action":"assign-uuid","uuid":"f79c3e09-677c-4bbd-a479-3f349cb785e7"})",
        R"({"action":"upgrade-format-version","format-version":2})",
        R"({"action":"add-schema","schema":)" + std::string(kSchema) + "}",
        R"({"action":"set-current-schema","schema-id":-1})",
        R"({"action":"add-spec","spec":{"fields":[]}})",
        R"({"action":"set-default-spec","spec-id":-1})",
        R"({"action":"add-sort-order","sort-order":{"order-id":0,"fields":[]}})",
        R"({"action":"set-default-sort-order","sort-order-id":-1})",
        std::string(R"({"action":"add-snapshot","snapshot":{"snapshot-id":1,"timestamp-ms":2,)") +
            R"("manifest-list":"l","summary":{"operation":"append"}}})",
        R"({"action":"set-snapshot-ref","ref-name":"main","type":"branch","snapshot-id":1})",
        R"({"action":"remove-snapshots","snapshot-ids":[1,2]})",
        R"({"action":"remove-snapshot-ref","ref-name":"x"})",
        R"({"action":"set-location","location":"file:///t"})",
        R"({"action":"set-properties","updates":{"a":"b"}})",
        R"({"action":"remove-properties","removals":["a"]})",
        R"({"action":"remove-partition-specs","spec-ids":[1]})",
        R"({"action":"remove-schemas","schema-ids":[1]})",
        R"({"action":"set-statistics","statistics":{"snapshot-id":1,"statistics-path":"p"}})",
        R"({"action":"remove-statistics","snapshot-id":1})",
        R"({"action":"set-partition-statistics","partition-statistics":{"snapshot-id":1}})",
        R"({"action":"remove-partition-statistics","snapshot-id":1})",
        R"({"action":"add-encryption-key","encryption-key":{"key-id":"k"}})",
        R"({"action":"remove-encryption-key","key-id":"k"})",
    };
    ASSERT_EQ(updates.size(), std::variant_size_v<TableUpdate>);
    for (std::size_t i = 0; i < updates.size(); ++i) {
        auto request = parse_commit_request(update_body(updates[i]));
        ASSERT_THAT(request, IsOk()) << updates[i];
        ASSERT_EQ(request->updates.size(), 1U);
        EXPECT_EQ(request->updates[0].index(), i) << updates[i];
        // Without its members an update is refused, and the message says what is missing.
        const auto action = updates[i].substr(0, updates[i].find(',')) + "}";
        auto bare = parse_commit_request(update_body(action));
        EXPECT_THAT(bare, IsError(ErrorCode::kInvalidArgument)) << action;
        EXPECT_THAT(bare, HasMessage("updates[0].")) << action;
    }
}

TEST(CommitRequestJson, EveryRequirementOfTheSpecificationIsRead) {
    const std::string requirements[] = {
        R"({"type":"assert-create"})",
        R"({"type":"assert-table-uuid","uuid":"f79c3e09-677c-4bbd-a479-3f349cb785e7"})",
        R"({"type":"assert-ref-snapshot-id","ref":"main","snapshot-id":null})",
        R"({"type":"assert-last-assigned-field-id","last-assigned-field-id":1})",
        R"({"type":"assert-current-schema-id","current-schema-id":1})",
        R"({"type":"assert-last-assigned-partition-id","last-assigned-partition-id":1})",
        R"({"type":"assert-default-spec-id","default-spec-id":1})",
        R"({"type":"assert-default-sort-order-id","default-sort-order-id":1})",
    };
    std::size_t index = 0;
    for (const auto& requirement : requirements) {
        auto request = parse_commit_request(R"({"requirements":[)" + requirement + R"(]})");
        ASSERT_THAT(request, IsOk()) << requirement;
        EXPECT_EQ(request->requirements.at(0).index(), index++);
    }
    EXPECT_EQ(index, std::variant_size_v<TableRequirement>);
    EXPECT_THAT(parse_commit_request(
                    R"({"requirements":[{"type":"assert-ref-snapshot-id","ref":"main"}]})"),
                HasMessage("requirements[0].snapshot-id is missing"));
}

TEST(CommitRequestJson, UnknownActionsAndRequirementsAreNamed) {
    auto request = parse_commit_request(update_body(R"({"action":"explode"})"));
    EXPECT_THAT(request, IsError(ErrorCode::kInvalidArgument));
    EXPECT_THAT(request, HasMessage("updates[0].action 'explode' is unknown"));
    EXPECT_THAT(parse_commit_request(R"({"requirements":[{"type":"assert-luck"}]})"),
                HasMessage("'assert-luck' is unknown"));
    EXPECT_THAT(parse_commit_request("[1]"), IsError(ErrorCode::kInvalidArgument));
}

TEST(CommitRequestJson, OlderSpellingsOfPropertiesAreRead) {
    auto set =
        parse_commit_request(update_body(R"({"action":"set-properties","updated":{"a":"b"}})"));
    ASSERT_THAT(set, IsOk());
    EXPECT_EQ(std::get<SetProperties>(set->updates[0]).properties.at("a"), "b");
    auto removed =
        parse_commit_request(update_body(R"({"action":"remove-properties","removed":["a"]})"));
    ASSERT_THAT(removed, IsOk());
    EXPECT_EQ(std::get<RemoveProperties>(removed->updates[0]).keys.at(0), "a");
}

TEST(CommitRequestJson, MoreUpdatesThanTheBoundAreRefused) {
    std::string updates;
    for (int i = 0; i <= 10'000; ++i) {
        updates += i == 0 ? "" : ",";
        updates += R"({"action":"remove-snapshot-ref","ref-name":"x"})";
    }
    EXPECT_THAT(parse_commit_request(update_body(updates)), HasMessage("updates[10000]"));
}

TEST(TransactionRequestJson, EachChangeNamesItsTable) {
    auto requests = parse_transaction_request(
        R"({"table-changes":[{"identifier":{"namespace":["a","b"],"name":"t"},)"
        R"("requirements":[{"type":"assert-create"}],"updates":[]}]})");
    ASSERT_THAT(requests, IsOk());
    EXPECT_EQ(requests->at(0).name_space, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(requests->at(0).name, "t");
    EXPECT_THAT(parse_transaction_request(R"({"table-changes":[{"updates":[]}]})"),
                HasMessage("table-changes[0].identifier is missing"));
}

TEST(CreateTableRequestJson, OnlyNameAndSchemaAreDemanded) {
    auto small =
        parse_create_table_request(R"({"name":"t","schema":)" + std::string(kSchema) + "}");
    ASSERT_THAT(small, IsOk());
    EXPECT_FALSE(small->is_staged);
    EXPECT_FALSE(small->location);
    auto full = parse_create_table_request(
        R"({"name":"t","location":"file:///t","stage-create":true,"properties":{"a":"b"},)"
        R"("partition-spec":{"fields":[{"source-id":1,"name":"p","transform":"bucket[4]"}]},)"
        R"("write-order":{"order-id":1,"fields":[{"source-id":1,"transform":"identity",)"
        R"("direction":"asc","null-order":"nulls-last"}]},"schema":)" +
        std::string(kSchema) + "}");
    ASSERT_THAT(full, IsOk());
    EXPECT_TRUE(full->is_staged);
    EXPECT_EQ(full->spec.fields.at(0).field_id, kUnassignedFieldId);
    EXPECT_EQ(full->order.fields.at(0).null_order, NullOrder::kLast);
    EXPECT_THAT(parse_create_table_request(R"({"name":"t"})"), HasMessage("schema is missing"));
}

}  // namespace
}  // namespace icelight::iceberg
