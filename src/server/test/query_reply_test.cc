#include "server/api/query_reply.h"

#include <algorithm>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/spawn.h"
#include "base/testing/matchers.h"
#include "http/body_source.h"
#include "server/inflate.h"

namespace icelight::server {
namespace {

constexpr std::chrono::seconds kWait{10};

/// What the client of a QueryReply gets.
struct Client {
    std::optional<Result<http::Response>> answer;
    std::string streamed;
    Result<> end;
};

Completion<http::Response> completion_of(Client& client) {
    return [&client](Result<http::Response> answer) {
        EXPECT_FALSE(client.answer.has_value()) << "answered twice";
        client.answer = std::move(answer);
    };
}

boost::asio::awaitable<void> read_all(Client* client) {
    while (true) {
        Result<std::string> piece = co_await (*client->answer)->stream->read();
        if (!piece) {
            client->end = tl::unexpected(piece.error());
            co_return;
        }
        if (piece->empty()) co_return;
        client->streamed += *piece;
    }
}

TEST(QueryReply, ASmallAnswerIsWholeWithItsType) {
    Client client;
    QueryReply reply({query::Format::kCsv, Compression::kNone, deadline_in(kWait)});
    reply.set_done(completion_of(client));
    EXPECT_TRUE(reply.write("a,b\n"));
    EXPECT_TRUE(reply.write("1,2\n"));
    EXPECT_FALSE(client.answer.has_value());
    reply.finish(query::Reply{});
    ASSERT_TRUE(client.answer.has_value());
    EXPECT_EQ((*client.answer)->body, "a,b\n1,2\n");
    EXPECT_EQ((*client.answer)->content_type, "text/csv; charset=utf-8");
}

std::string truncated_header(const http::Response& response) {
    for (const auto& [name, value] : response.headers)
        if (name == "X-Truncated") return value;
    return "none";
}

TEST(QueryReply, CsvThatWasCutSaysSoInItsHead) {
    for (const bool is_truncated : {true, false}) {
        Client client;
        QueryReply reply({query::Format::kCsv, Compression::kNone, deadline_in(kWait)});
        reply.set_done(completion_of(client));
        // Larger than what other formats hold back.
        EXPECT_TRUE(reply.write(std::string(QueryReply::kWholeBytesMax * 4, 'x')));
        EXPECT_FALSE(client.answer.has_value());
        query::Reply end;
        end.facts.is_truncated = is_truncated;
        reply.finish(std::move(end));
        ASSERT_TRUE(client.answer.has_value());
        EXPECT_EQ(truncated_header(**client.answer), is_truncated ? "true" : "false");
    }
    // Who asks for more rows is streamed to, and looks at /api/queries/{id}.
    Client client;
    QueryReply::Options options{query::Format::kCsv, Compression::kNone, deadline_in(kWait)};
    options.rows_max = query::kReplyRowsMax + 1;
    QueryReply reply(options);
    reply.set_done(completion_of(client));
    reply.write(std::string(QueryReply::kWholeBytesMax / 2, 'x'));
    EXPECT_FALSE(client.answer.has_value());
    reply.write(std::string(QueryReply::kWholeBytesMax / 2 + 1, 'x'));
    ASSERT_TRUE(client.answer.has_value());
    EXPECT_EQ(truncated_header(**client.answer), "none");
    reply.finish(query::Reply{});
}

TEST(QueryReply, AnErrorSaysItsPlaceWhenItIsKnown) {
    for (const auto& [message, place] :
         {std::pair("no x (at character 8)", R"(,"position":{"line":1,"column":8}})"),
          std::pair("no x", R"("message":"no x"})")}) {
        Client client;
        QueryReply reply(
            {query::Format::kCsv, Compression::kNone, deadline_in(kWait), 1, "SELECT x"});
        reply.set_done(completion_of(client));
        reply.finish(fail(ErrorCode::kInvalidArgument, message));
        ASSERT_TRUE(client.answer.has_value());
        EXPECT_TRUE((*client.answer)->body.ends_with(place)) << (*client.answer)->body;
    }
}

TEST(QueryReply, AnErrorBeforeTheFirstBytesHasItsStatus) {
    Client client;
    QueryReply reply({query::Format::kJson, Compression::kNone, deadline_in(kWait)});
    reply.set_done(completion_of(client));
    EXPECT_TRUE(reply.write("half"));
    reply.finish(fail(ErrorCode::kTimeout, "late"));
    EXPECT_EQ((*client.answer)->status, 504);
    EXPECT_EQ((*client.answer)->body.find("half"), std::string::npos);
}

TEST(QueryReply, ALargeAnswerIsStreamedAndAnErrorBreaksItOff) {
    Client client;
    QueryReply reply({query::Format::kJson, Compression::kNone, deadline_in(kWait)});
    reply.set_done(completion_of(client));
    const std::string large(QueryReply::kWholeBytesMax + 1, 'x');
    EXPECT_TRUE(reply.write(large));
    ASSERT_TRUE(client.answer.has_value());
    reply.finish(fail(ErrorCode::kIo, "broken"));
    boost::asio::io_context context;
    spawn(context.get_executor(), "test", read_all(&client));
    context.run();
    EXPECT_EQ(client.streamed, large);
    EXPECT_THAT(client.end, icelight::testing::IsError(ErrorCode::kIo));
}

TEST(QueryReply, AClientThatTakesItGetsItCompressed) {
    Client client;
    QueryReply reply({query::Format::kJson, Compression::kGzip, deadline_in(kWait)});
    reply.set_done(completion_of(client));
    EXPECT_TRUE(reply.write(std::string(10'000, 'x')));
    reply.finish(query::Reply{});
    ASSERT_TRUE(client.answer.has_value());
    const auto& response = **client.answer;
    EXPECT_LT(response.body.size(), 1'000U);
    EXPECT_EQ(*inflate(response.body, Encoding::kGzip, {}, 0), std::string(10'000, 'x'));
    const std::pair<std::string, std::string> header{"Content-Encoding", "gzip"};
    EXPECT_EQ(std::count(response.headers.begin(), response.headers.end(), header), 1);
}

}  // namespace
}  // namespace icelight::server
