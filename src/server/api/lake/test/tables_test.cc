#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/testing/json_of.h"
#include "server/testing/test_server.h"

namespace icelight::server {
namespace {

using http::testing::Answer;
using ::testing::HasSubstr;
using testing::json_of;
using testing::TestServer;

TEST(Tables, TablesAndColumnsComeAsRowsInTheEnvelope) {
    TestServer server;
    const auto tables = json_of(server.get("/tables/analytics"));
    EXPECT_TRUE(tables.at("success").as_bool());
    EXPECT_EQ(tables.at("data"),
              boost::json::parse(R"([{"table_name":"events"},{"table_name":"events__rejected"}])"));
    EXPECT_EQ(tables.at("meta").at("rowCount").as_int64(), 2);
    const auto columns = json_of(server.get("/tables/analytics/events"));
    EXPECT_EQ(columns.at("data").as_array().size(), 23U);
    EXPECT_EQ(
        columns.at("data").as_array().front(),
        boost::json::parse(R"({"column_name":"message_id","type":"string","required":"true"})"));
}

TEST(Tables, BadNamesAre400AndMissingOnes404) {
    TestServer server;
    const Answer bad = server.get("/tables/a-b");
    EXPECT_EQ(bad.status, 400);
    EXPECT_THAT(bad.body, HasSubstr("Invalid namespace: a-b"));
    EXPECT_EQ(server.get("/tables/none").status, 404);
    EXPECT_EQ(server.get("/tables/analytics/none").status, 404);
}

}  // namespace
}  // namespace icelight::server
