#include "semantic/filter/pattern.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

std::string refusal(const std::string& pattern) {
    const Place root;
    const auto checked = check_pattern(pattern, Place(root, "values"));
    return checked ? "" : checked.error().pointer + ": " + checked.error().message;
}

TEST(Pattern, WhatTheEngineFindsIsAllowed) {
    for (const char* pattern : {"", "^a+$", "a|b", "\\d{2,3}", "[[:alpha:]]", "(?i)x", "\\pL"}) {
        EXPECT_EQ(refusal(pattern), "") << pattern;
    }
}

TEST(Pattern, WhatItCannotIsRefusedWithItsPlace) {
    EXPECT_EQ(refusal("a["), "/values: this is not a regular expression: missing ]: [");
    for (const char* pattern : {"(", "*", "a{2000}", "(?=a)", "\\1", "[b-a]", "\\", "\xff"}) {
        EXPECT_NE(refusal(pattern), "") << pattern;
    }
}

}  // namespace
}  // namespace icelight::semantic
