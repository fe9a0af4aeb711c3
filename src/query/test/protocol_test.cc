#include "query/worker/protocol.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"

namespace icelight::query {
namespace {

using icelight::testing::IsError;

ExecuteMessage sample_execute() {
    return {{{"analytics", "events", "file:///w/m.json", TailKind::kEvents},
             {"a.b", "t", "", TailKind::kNone}},
            7,
            1'000'000'000'000};
}

TEST(Protocol, ColumnsOfAnAnswerAreBounded) {
    EXPECT_EQ(decode_end(encode_end({.columns_json = "[]"}))->columns_json, "[]");
    EXPECT_THAT(decode_end(encode_end({.columns_json = std::string(kColumnsBytesMax + 1, 'x')})),
                IsError(ErrorCode::kCorruption));
}

TEST(Protocol, MessagesComeBackAsTheyWere) {
    const std::vector<Value> values{Value(),
                                    Value(true),
                                    Value(std::int64_t{-7}),
                                    Value(1.5),
                                    Value(std::string("a\0b", 3)),
                                    Value(std::vector<std::string>{"x", ""})};
    const auto prepare = decode_prepare(encode_prepare({"SELECT 1",
                                                        Format::kCsv,
                                                        10,
                                                        std::chrono::milliseconds(1'234),
                                                        values,
                                                        {.rows_max = 1, .memory_bytes_max = 2},
                                                        true}));
    ASSERT_TRUE(prepare);
    EXPECT_EQ(prepare->limits.rows_max, 1U);
    EXPECT_EQ(prepare->limits.memory_bytes_max, 2U);
    EXPECT_TRUE(prepare->is_check);
    EXPECT_EQ(prepare->sql, "SELECT 1");
    EXPECT_EQ(prepare->format, Format::kCsv);
    EXPECT_EQ(prepare->rows_max, 10U);
    EXPECT_EQ(prepare->timeout.count(), 1'234);
    EXPECT_EQ(prepare->values, values);

    const auto names =
        decode_names(encode_names({.tables = {{"", "events"}, {"a", "b"}}, .places = {14}}));
    ASSERT_TRUE(names);
    EXPECT_THAT(names->places, ::testing::ElementsAre(14, kNoPlace));
    EXPECT_THAT(names->tables,
                ::testing::ElementsAre(TableName{"", "events"}, TableName{"a", "b"}));

    const auto execute = decode_execute(encode_execute(sample_execute()));
    ASSERT_TRUE(execute);
    ASSERT_EQ(execute->tables.size(), 2U);
    EXPECT_EQ(execute->tables[0].metadata_location, "file:///w/m.json");
    EXPECT_EQ(execute->tables[0].tail, TailKind::kEvents);
    EXPECT_EQ(execute->tail_from, 7U);
    EXPECT_EQ(execute->tail_to, 1'000'000'000'000U);

    const auto end = decode_end(encode_end({10'000, true}));
    ASSERT_TRUE(end);
    EXPECT_EQ(end->rows, 10'000U);
    EXPECT_TRUE(end->is_truncated);

    const auto error = decode_error(encode_error({ErrorCode::kTimeout, "late", true, true}));
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code, ErrorCode::kTimeout);
    EXPECT_EQ(error->text, "late");
    EXPECT_TRUE(error->is_worker_broken);
    EXPECT_TRUE(error->needs_extension);
    EXPECT_FALSE(decode_error(encode_error({ErrorCode::kTimeout, "late", true}))->needs_extension);

    WorkerSetup setup;
    setup.warehouse = "/w";
    setup.space = "analytics";
    setup.memory_limit_bytes = 1u << 30;
    setup.threads = 2;
    setup.requires_landlock = false;
    setup.extensions = "/e";
    const auto back = decode_setup(encode_setup(setup));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->warehouse, "/w");
    EXPECT_EQ(back->space, "analytics");
    EXPECT_EQ(back->memory_limit_bytes, 1u << 30);
    EXPECT_EQ(back->threads, 2);
    EXPECT_FALSE(back->requires_landlock);
    EXPECT_EQ(back->extensions, "/e");
}

TEST(Protocol, ExternalCatalogsComeBackAsTheyWere) {
    WorkerSetup setup;
    setup.external_names = {"crm", "erp"};
    ExternalCatalog crm{.name = "crm",
                        .uri = "https://h/i",
                        .warehouse = "w",
                        .token = "t",
                        .locations = {"s3://b/", "file:///x/"}};
    crm.s3 = {.region = "r",
              .key_id = "k",
              .secret = "s",
              .endpoint = "e",
              .is_path_style = true,
              .has_tls = false};
    const ExternalCatalog erp{.name = "erp",
                              .uri = "http://h",
                              .client_id = "i",
                              .client_secret = "c",
                              .scope = "o",
                              .server_uri = "http://l"};
    setup.external = {.catalogs = {crm, erp},
                      .relay_port = 65'535,
                      .relay_password = "p",
                      .ca_file = "/ca",
                      .has_own_network = false};
    const auto bytes = encode_setup(setup);
    const auto back = decode_setup(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->external_names, setup.external_names);
    EXPECT_EQ(back->external.catalogs, setup.external.catalogs);
    EXPECT_EQ(back->external.relay_port, 65'535);
    EXPECT_EQ(back->external.relay_password, "p");
    EXPECT_EQ(back->external.ca_file, "/ca");
    EXPECT_FALSE(back->external.has_own_network);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        EXPECT_THAT(decode_setup(bytes.substr(0, size)), IsError(ErrorCode::kCorruption));

    Statement statement;
    statement.externals = {"crm"};
    EXPECT_EQ(decode_names(encode_names(statement))->externals, statement.externals);
    statement.externals.resize(kExternalCatalogsMax + 1, "x");
    EXPECT_THAT(decode_names(encode_names(statement)), IsError(ErrorCode::kCorruption));
}

// A worker may be taken over by what it runs: no length or number of it is believed.
TEST(Protocol, BytesThatWereCutOrGrownAreRefused) {
    const std::string names = encode_names({StatementKind::kRows, {{"a", "b"}}, false, {}});
    const std::string execute = encode_execute(sample_execute());
    for (std::size_t size = 0; size < names.size(); ++size)
        EXPECT_THAT(decode_names(names.substr(0, size)), IsError(ErrorCode::kCorruption));
    for (std::size_t size = 0; size < execute.size(); ++size)
        EXPECT_THAT(decode_execute(execute.substr(0, size)), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_names(names + "x"), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_end("x"), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_error("\x7f\x01\x01\x01x"), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_prepare("\x01x\x07\x01\x01"), IsError(ErrorCode::kCorruption));
    EXPECT_THAT(decode_setup(""), IsError(ErrorCode::kCorruption));
    // A count beyond the bound, before anything is allocated for it.
    EXPECT_THAT(decode_names(std::string_view("\x00\xff\xff\xff\x7f", 5)),
                IsError(ErrorCode::kCorruption));
}

}  // namespace
}  // namespace icelight::query
