#include "server/port_holder.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "http/listener.h"

namespace icelight::server {
namespace {

boost::asio::awaitable<http::Response> answer_root(http::RequestPtr /*request*/) {
    co_return http::make_json(200, R"({"name":"icelight","version":"9.8.7"})");
}

TEST(PortHolder, AnotherIcelightIsNamedWithItsVersion) {
    auto listener = http::Listener::open({}, system_clock());
    ASSERT_THAT(listener, testing::IsOk());
    auto router = std::make_shared<http::Router>();
    http::Route root;
    root.pattern = "/";
    root.handler = answer_root;
    router->add(root);
    (*listener)->serve(router);
    EXPECT_EQ(describe_port_holder({"127.0.0.1", (*listener)->port()}),
              "an icelight 9.8.7 answers there");
    EXPECT_THAT((*listener)->close(deadline_in(std::chrono::seconds(5))), testing::IsOk());
}

TEST(PortHolder, WhoDoesNotAnswerIsAnotherProgram) {
    auto silent = http::Listener::open({}, system_clock());
    ASSERT_THAT(silent, testing::IsOk());
    EXPECT_EQ(describe_port_holder({"127.0.0.1", (*silent)->port()}), "another program has it");
    EXPECT_EQ(describe_port_holder({"not an address", 1}), "another program has it");
}

}  // namespace
}  // namespace icelight::server
