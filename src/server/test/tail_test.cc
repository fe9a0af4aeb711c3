#include "server/command/tail.h"

#include <gtest/gtest.h>

#include "server/command/event_stream.h"

namespace icelight::server::command {
namespace {

TEST(TailLine, NamesTheEvent) {
    EXPECT_EQ(describe_message({"stored",
                                R"({"message_id":"m","type":"track","user_id":"u","event":"a b",)"
                                R"("__ingest_ts":"T","source_id":"web","_log_offset":7})"}),
              R"(T stored 7 track "a b" user_id=u source_id=web)");
    EXPECT_EQ(describe_message({"rejected",
                                R"({"stage":"validate","type":"missing_field","path":"batch[1]",)"
                                R"("detail":"why","__ingest_ts":"T","_log_offset":8})"}),
              "T rejected 8 validate missing_field batch[1]: why");
    EXPECT_EQ(describe_message({"gap", R"({"from":1,"to":2})"}), R"(gap {"from":1,"to":2})");
    EXPECT_EQ(describe_message({"stored", "no json"}), "stored no json");
}

TEST(Tail, RefusesAWrongCommandLine) {
    EXPECT_EQ(run_tail({"--colour", "red"}), 2);
    EXPECT_EQ(run_tail({"--count", "many"}), 2);
    EXPECT_EQ(run_tail({"--data", "/nonexistent"}), 1);
}

}  // namespace
}  // namespace icelight::server::command
