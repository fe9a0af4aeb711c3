#include "server/live/filter.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "event/columns.h"

namespace icelight::server::live {
namespace {

using ::icelight::testing::HasMessage;
using ::icelight::testing::IsError;

event::RowView make_row() {
    event::RowView row;
    row.set_text(event::id::kType, "track");
    row.set_text(event::id::kEvent, "Order Completed");
    row.set_text(event::id::kSourceId, "web");
    row.set_text(event::id::kUserId, "u1");
    row.set_text(event::id::kAnonymousId, "a1");
    return row;
}

bool is_taken(std::string_view query) {
    return parse_filter(query).value().matches(make_row());
}

TEST(LiveFilter, TakesWhatEveryNameAllows) {
    for (const char* query : {"",
                              "type=track",
                              "type=page&type=track",
                              "event=Order+Completed",
                              "event=Order%20Completed&source=web&user=u1",
                              "user=a1"})
        EXPECT_TRUE(is_taken(query)) << query;
    for (const char* query :
         {"type=page", "type=", "event=order", "source=app", "type=track&user=u2"})
        EXPECT_FALSE(is_taken(query)) << query;
}

TEST(LiveFilter, KnowsPagesByTheirName) {
    event::RowView row;
    row.set_text(event::id::kName, "Home");
    EXPECT_TRUE(parse_filter("event=Home").value().matches(row));
}

TEST(LiveFilter, TakesRejectsBySourceAlone) {
    event::RejectView reject;
    reject.set_text(event::rejected_id::kSourceId, "web");
    EXPECT_TRUE(parse_filter("").value().matches(reject));
    EXPECT_TRUE(parse_filter("source=web").value().matches(reject));
    for (const char* query : {"source=app", "type=track", "event=e", "user=u"})
        EXPECT_FALSE(parse_filter(query).value().matches(reject)) << query;
}

TEST(LiveFilter, RefusesWhatItDoesNotKnow) {
    EXPECT_THAT(parse_filter("kind=track"), HasMessage("type, event, source and user"));
    EXPECT_THAT(parse_filter("type=%zz"), IsError(ErrorCode::kInvalidArgument));
    std::string many;
    for (std::size_t i = 0; i <= kFilterValuesMax; ++i)
        many += "&type=t";
    EXPECT_THAT(parse_filter(many), IsError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace icelight::server::live
