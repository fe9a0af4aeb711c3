#include "http/router.h"

#include <gtest/gtest.h>

namespace icelight::http {
namespace {

Route make_route(Method method, std::string pattern, int family = 0) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.family = family;
    return route;
}

Router make_router() {
    Router router;
    router.add(make_route(Method::kPost, "/v1/batch"));
    router.add(make_route(Method::kGet, "/tables/{namespace}"));
    router.add(make_route(Method::kGet, "/tables/{namespace}/{table}", 2));
    router.add(make_route(Method::kPost, "/tables/{namespace}/{table}", 2));
    router.add(make_route(Method::kGet, "/"));
    return router;
}

TEST(Router, PathAndMethodLeadToTheirRoute) {
    const Router router = make_router();
    EXPECT_EQ(router.find(Method::kPost, "/v1/batch").route->pattern, "/v1/batch");
    EXPECT_EQ(router.find(Method::kGet, "/").route->pattern, "/");
}

TEST(Router, UnknownPathAllowsNothingAndWrongMethodSaysWhatIsAllowed) {
    const Router router = make_router();
    EXPECT_TRUE(router.find(Method::kGet, "/nothing").allowed.empty());
    const Match wrong = router.find(Method::kGet, "/v1/batch");
    EXPECT_EQ(wrong.route, nullptr);
    EXPECT_EQ(wrong.allowed.text(), "POST, OPTIONS");
}

TEST(Router, HeadIsServedByTheGetRoute) {
    const Router router = make_router();
    EXPECT_NE(router.find(Method::kHead, "/tables/a").route, nullptr);
    EXPECT_EQ(router.find(Method::kHead, "/v1/batch").route, nullptr);
}

TEST(Router, SegmentsAreDecodedIntoParameters) {
    const Router router = make_router();
    const Match match = router.find(Method::kGet, "/tables/a%1Fb/c%2Fd");
    ASSERT_NE(match.route, nullptr);
    EXPECT_EQ(match.family, 2);
    EXPECT_EQ(match.parameters,
              (std::vector<std::string>{std::string("a\x1f"
                                                    "b"),
                                        "c/d"}));
    EXPECT_EQ(match.allowed.text(), "GET, HEAD, POST, OPTIONS");
}

TEST(Router, AnEmptySegmentIsNoParameter) {
    const Router router = make_router();
    EXPECT_TRUE(router.find(Method::kGet, "/tables//x").allowed.empty());
}

TEST(Router, ABadPercentSignIsSaid) {
    const Router router = make_router();
    EXPECT_TRUE(router.find(Method::kGet, "/tables/%zz").is_malformed);
}

}  // namespace
}  // namespace icelight::http
