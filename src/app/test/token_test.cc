#include "app/token.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"

namespace icelight::app {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

TEST(Scope, ReadsBackWhatItWrote) {
    for (const char* text : {"analytics:write", "*:read", "a.b:read"}) {
        const auto scope = parse_scope(text);
        ASSERT_THAT(scope, IsOk()) << text;
        EXPECT_EQ(scope_text(*scope), text);
    }
    for (const char* text : {"", "analytics", ":read", "analytics:delete"})
        EXPECT_THAT(parse_scope(text), IsError(ErrorCode::kInvalidArgument)) << text;
}

TEST(Token, ScopesCoverTheNamespaceAndThoseBelowIt) {
    const Token token{.role = Role::kCatalog, .scopes = {{"a", true}, {"b.c", false}}};
    EXPECT_TRUE(token.may_read("a"));
    EXPECT_TRUE(token.may_write("a.x"));
    EXPECT_FALSE(token.may_write("ab"));
    EXPECT_TRUE(token.may_read("b.c.d"));
    EXPECT_FALSE(token.may_read("b"));
    EXPECT_FALSE(token.may_write("b.c"));
}

TEST(Token, ReadersReadEverythingAndWriteWhatTheirScopesSay) {
    const Token token{.role = Role::kRead, .scopes = {{"a", true}}};
    EXPECT_TRUE(token.may_read("z"));
    EXPECT_TRUE(token.may_write("a"));
    EXPECT_FALSE(token.may_write("z"));
    const Token admin{.role = Role::kAdmin};
    EXPECT_TRUE(admin.may_write("z"));
    const Token all{.role = Role::kCatalog, .scopes = {{"*", true}}};
    EXPECT_TRUE(all.may_write("z.y"));
}

TEST(TokenCheck, NamesWhatIsWrong) {
    EXPECT_THAT(check_token({.name = "a", .role = Role::kRead}), IsOk());
    EXPECT_THAT(check_token({.name = "", .role = Role::kRead}), HasMessage("name:"));
    EXPECT_THAT(check_token({.name = "this machine"}), HasMessage("callers without a token"));
    EXPECT_THAT(check_token({.name = "a", .role = Role::kCatalog}), HasMessage("scopes:"));
    EXPECT_THAT(check_token({.name = "a", .role = Role::kAdmin, .scopes = {{"x", true}}}),
                HasMessage("scopes:"));
}

}  // namespace
}  // namespace icelight::app
