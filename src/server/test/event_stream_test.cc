#include "server/command/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/live/message.h"

namespace icelight::server::command {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> messages_of(EventStream& stream,
                                     std::string_view bytes,
                                     std::size_t step) {
    std::vector<std::string> shown;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
        stream.take(bytes.substr(at, step), [&shown](const StreamMessage& message) {
            shown.push_back(message.event + "|" + message.data);
        });
    }
    return shown;
}

TEST(EventStream, CutsMessagesHoweverTheBytesCome) {
    std::string bytes;
    live::append_open(5, 3, bytes);
    live::append_quiet(5, bytes);
    bytes += "id: 7\nevent: stored\ndata: {\"a\":\ndata:1}\n\nid: 8\n";
    for (const std::size_t step : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
        EventStream stream;
        EXPECT_EQ(stream.last_id(), "");
        EXPECT_THAT(messages_of(stream, bytes, step),
                    ElementsAre("open|{\"next_offset\":5,\"committed\":3}", "stored|{\"a\":\n1}"))
            << step;
        EXPECT_EQ(stream.last_id(), "8") << "an id counts when its line is whole";
    }
}

}  // namespace
}  // namespace icelight::server::command
