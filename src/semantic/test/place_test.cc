#include "semantic/place.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

TEST(Place, PointerEscapesWhatRfc6901Escapes) {
    const Place root;
    const Place filters(root, "filters");
    const Place third(filters, 2);
    const Place key(third, "a/b~c");
    EXPECT_EQ(root.pointer(), "");
    EXPECT_EQ(key.pointer(), "/filters/2/a~1b~0c");
}

}  // namespace
}  // namespace icelight::semantic
