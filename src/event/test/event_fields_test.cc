#include "event/event_fields.h"

#include <string>

#include <gtest/gtest.h>

namespace icelight::event {
namespace {

TEST(FindField, FindsEveryFieldByItsNameOnly) {
    for (std::size_t i = 0; i < kFieldCount; ++i) {
        const auto field = static_cast<Field>(i);
        const std::string name(field_name(field));
        EXPECT_EQ(find_field(name), field) << name;
        for (std::size_t at = 0; at < name.size(); ++at) {
            std::string other = name;
            other[at] = '#';
            EXPECT_EQ(find_field(other), Field::kOther) << other;
        }
        EXPECT_EQ(find_field(name + "x"), Field::kOther);
        EXPECT_EQ(find_field(name.substr(1)), Field::kOther);
    }
    EXPECT_EQ(find_field(""), Field::kOther);
    EXPECT_EQ(find_field("channel"), Field::kOther);
}

}  // namespace
}  // namespace icelight::event
