#include "http/body_source.h"

#include <thread>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/spawn.h"
#include "base/testing/matchers.h"

namespace icelight::http {
namespace {

struct Reading {
    std::string text;
    Result<> end;
};

boost::asio::awaitable<void> read_all(std::shared_ptr<BodyPipe> pipe, Reading* reading) {
    while (true) {
        Result<std::string> piece = co_await pipe->read();
        if (!piece) {
            reading->end = tl::unexpected(piece.error());
            co_return;
        }
        if (piece->empty()) co_return;
        reading->text += *piece;
    }
}

TEST(BodyPipe, CarriesEveryByteInOrderThroughASmallBound) {
    auto pipe = std::make_shared<BodyPipe>(8);
    std::string sent;
    for (int i = 0; i < 1000; ++i)
        sent += std::to_string(i);
    std::thread writer([pipe, &sent] {
        for (std::size_t at = 0; at < sent.size(); at += 7)
            EXPECT_TRUE(pipe->write(sent.substr(at, 7), deadline_in(std::chrono::seconds(10))));
        pipe->finish({});
    });
    boost::asio::io_context context;
    Reading reading;
    spawn(context.get_executor(), "test", read_all(pipe, &reading));
    context.run();
    writer.join();
    EXPECT_EQ(reading.text, sent);
    EXPECT_THAT(reading.end, testing::IsOk());
}

TEST(BodyPipe, AnErrorComesAfterTheBytesBeforeIt) {
    auto pipe = std::make_shared<BodyPipe>();
    EXPECT_TRUE(pipe->write("half", deadline_in(std::chrono::seconds(1))));
    pipe->finish(fail(ErrorCode::kTimeout, "late"));
    boost::asio::io_context context;
    Reading reading;
    spawn(context.get_executor(), "test", read_all(pipe, &reading));
    context.run();
    EXPECT_EQ(reading.text, "half");
    EXPECT_THAT(reading.end, testing::IsError(ErrorCode::kTimeout));
}

TEST(BodyPipe, WriterStopsWhenTheReaderIsGoneOrTooSlow) {
    auto pipe = std::make_shared<BodyPipe>(4);
    EXPECT_TRUE(pipe->write("full", deadline_in(std::chrono::seconds(1))));
    EXPECT_FALSE(pipe->write("more", deadline_in(std::chrono::milliseconds(5))));
    pipe->abandon();
    EXPECT_FALSE(pipe->write("more", deadline_in(std::chrono::seconds(60))));
}

}  // namespace
}  // namespace icelight::http
