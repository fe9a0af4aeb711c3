#include "event/ingest_info.h"

#include <gtest/gtest.h>

namespace icelight::event {
namespace {

std::string text(const IngestInfo& info) {
    std::string out;
    append_ingest_info(info, out);
    return out;
}

TEST(IngestInfo, SaysOnlyWhatThereIsToSay) {
    EXPECT_EQ(text({}), R"({"rule":"plain"})");
}

TEST(IngestInfo, SaysEverything) {
    IngestInfo info;
    info.rule = Rule::kRudder;
    info.skew_ms = -15;
    info.ip = R"("203.0.113.9")";
    info.is_clamped = true;
    info.is_bot = true;
    info.has_illegal_user_id = true;
    info.has_illegal_anonymous_id = true;
    info.repaired = 2;
    info.replay_of = 18'446'744'073'709'551'615u;
    EXPECT_EQ(text(info),
              R"({"rule":"rudder","skew_ms":-15,"ip":"203.0.113.9","clamped":true,"bot":true,)"
              R"("illegal_ids":["user_id","anonymous_id"],"repaired":2,)"
              R"("replay_of":18446744073709551615})");
}

}  // namespace
}  // namespace icelight::event
