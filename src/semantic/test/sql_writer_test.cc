#include "semantic/sql_writer.h"

#include <gtest/gtest.h>

namespace icelight::semantic {
namespace {

TEST(SqlWriter, NamesAndTextsCannotEndEarly) {
    EXPECT_EQ(quote_name(R"(a"b)"), R"("a""b")");
    EXPECT_EQ(quote_text("it's"), "'it''s'");
}

TEST(SqlWriter, ValuesAreNumberedInTheirOrder) {
    SqlValues values;
    EXPECT_EQ(values.bind(std::string("x")), "$1");
    EXPECT_EQ(values.bind(std::int64_t{7}), "$2");
    EXPECT_EQ(values.take().size(), 2U);
}

TEST(SqlWriter, TimesKeepTheirMicroseconds) {
    EXPECT_EQ(time_literal(1'706'745'599'999'500), "TIMESTAMPTZ '2024-01-31 23:59:59.999500+00'");
}

}  // namespace
}  // namespace icelight::semantic
