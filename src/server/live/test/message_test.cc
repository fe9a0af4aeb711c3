#include "server/live/message.h"

#include <gtest/gtest.h>

#include "event/columns.h"

namespace icelight::server::live {
namespace {

TEST(LiveMessage, AnEventIsOneLineOfItsColumns) {
    event::RowView row;
    row.set_text(event::id::kMessageId, "m\n\"1\"");
    row.set_text(event::id::kType, "track");
    row.set_text(event::id::kProperties, "{\"n\":\r\n 9007199254740993, \"t\":\"a\\nb\"}");
    row.set_number(event::id::kTimestamp, -1);
    row.set_number(event::id::kReceivedAt, 1'700'000'000'000'000);
    std::string out;
    append_stored(7, 1'700'000'000'000'001, row, out);
    EXPECT_EQ(
        out,
        "id: 7\nevent: stored\ndata: {\"message_id\":\"m\\u000a\\\"1\\\"\",\"type\":\"track\","
        "\"properties\":{\"n\":   9007199254740993, \"t\":\"a\\nb\"},"
        "\"timestamp\":\"1969-12-31T23:59:59.999999Z\","
        "\"received_at\":\"2023-11-14T22:13:20.000000Z\","
        "\"__ingest_ts\":\"2023-11-14T22:13:20.000001Z\",\"_log_offset\":7}\n\n");
}

TEST(LiveMessage, ARejectLeavesItsBytesOut) {
    event::RejectView reject;
    reject.set_text(event::rejected_id::kStage, "parse");
    reject.set_text(event::rejected_id::kRaw, "secret");
    reject.set_number(event::rejected_id::kRawBytes, 6);
    std::string out;
    append_rejected(0, 0, reject, out);
    EXPECT_EQ(out,
              "id: 0\nevent: rejected\ndata: {\"stage\":\"parse\",\"raw_bytes\":6,"
              "\"__ingest_ts\":\"1970-01-01T00:00:00.000000Z\",\"_log_offset\":0}\n\n");
}

TEST(LiveMessage, TheRestSaysOffsets) {
    std::string out;
    append_open(5, 3, out);
    append_committed(-9'223'372'036'854'775'807, {.from = 3, .to = 5}, out);
    append_gap({.from = 5, .to = 9}, out);
    append_quiet(9, out);
    append_quiet(0, out);
    EXPECT_EQ(out,
              "event: open\ndata: {\"next_offset\":5,\"committed\":3}\n\n"
              "event: committed\n"
              "data: {\"snapshot_id\":\"-9223372036854775807\",\"from\":3,\"to\":5}\n\n"
              "event: gap\ndata: {\"from\":5,\"to\":9}\n\n"
              ": quiet\nid: 8\n\n"
              ": quiet\n\n");
}

}  // namespace
}  // namespace icelight::server::live
