#include "catalog/refusal.h"

#include <gtest/gtest.h>

namespace icelight::catalog {
namespace {

TEST(Refusal, SaysWhichNounIsMissing) {
    const TableIdent ident{{"a", "b"}, "t"};
    EXPECT_EQ(noun_of(no_such_namespace({"a", "b"}).value()), Noun::kNamespace);
    EXPECT_EQ(noun_of(no_such_table(ident).value()), Noun::kTable);
    EXPECT_EQ(noun_of(Error{ErrorCode::kNotFound, "metadata file x is missing"}), Noun::kOther);
    EXPECT_EQ(noun_of(table_exists(ident).value()), Noun::kOther);
    EXPECT_EQ(no_such_table(ident).value().message, "Table does not exist: a.b.t");
}

TEST(Refusal, AFullNamespaceIsNoFailedCommit) {
    EXPECT_TRUE(is_not_empty(namespace_not_empty({"a"}).value()));
    EXPECT_FALSE(is_not_empty(Error{ErrorCode::kConflict, "Requirement failed: x"}));
}

}  // namespace
}  // namespace icelight::catalog
