#include "query/admission.h"

#include <gmock/gmock.h>

#include "base/testing/matchers.h"
#include "query/test/tiny_lake.h"

namespace icelight::query {
namespace {

using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;

class AdmissionTest : public ::testing::Test {
protected:
    Result<Admission> admit_names(std::vector<TableName> names, bool is_committed_only = false) {
        Request request;
        request.is_committed_only = is_committed_only;
        return admit(lake_.options(),
                     {StatementKind::kRows, std::move(names), false, {}},
                     request,
                     lake_.log(),
                     lake_.catalog());
    }

    testing::TinyLake lake_;
};

TEST_F(AdmissionTest, TakesTheTablesAndTheLogAtOneMoment) {
    lake_.append(10);
    lake_.flush(6);
    const auto admission = admit_names({{"", "events"}, {"analytics", "events__rejected"}});
    ASSERT_THAT(admission, IsOk());
    EXPECT_EQ(admission->inputs.tail_from, 6U);
    EXPECT_EQ(admission->inputs.tail_to, 10U);
    ASSERT_EQ(admission->inputs.tables.size(), 2U);
    EXPECT_EQ(admission->inputs.tables[0].metadata_location, lake_.metadata_location("events"));
    EXPECT_EQ(admission->inputs.tables[0].tail, TailKind::kEvents);
    EXPECT_EQ(admission->inputs.tables[1].tail, TailKind::kRejected);
    EXPECT_EQ(admit_names({{"", "events"}}, true)->inputs.tail_to, 6U);
}

TEST_F(AdmissionTest, PinHoldsTheLogUntilItEnds) {
    lake_.append(10);
    {
        const auto admission = admit_names({{"", "events"}});
        ASSERT_THAT(admission, IsOk());
        lake_.flush();
        EXPECT_EQ(lake_.catalog().pins().lowest_offset(), 0U);
    }
    EXPECT_EQ(lake_.catalog().pins().lowest_offset(), 10U);
}

TEST_F(AdmissionTest, FailedAdmissionLeavesNoPin) {
    EXPECT_THAT(admit_names({{"", "nothing"}}), IsError(ErrorCode::kInvalidArgument));
    EXPECT_EQ(lake_.catalog().pins().count(), 0U);
}

TEST_F(AdmissionTest, NamesCompareWithoutCase) {
    const auto admission = admit_names({{"ANALYTICS", "Events"}, {"", "events"}});
    ASSERT_THAT(admission, IsOk());
    ASSERT_EQ(admission->inputs.tables.size(), 1U);
    EXPECT_EQ(admission->inputs.tables[0].space, "analytics");
    EXPECT_EQ(admission->inputs.tables[0].name, "events");
}

TEST_F(AdmissionTest, NameThatIsNoTableIsRefusedAsTheGateRefuses) {
    EXPECT_THAT(admit_names({{"a.b", "t"}}),
                HasMessage("SQL validation failed: there is no table a.b.t"));
    ASSERT_THAT(lake_.catalog().create_namespace({{"ANALYTICS"}, {}}), IsOk());
    EXPECT_THAT(admit_names({{"nope", "events"}}), HasMessage("there is no table nope.events"));
    Request request;
    request.sql = "SELECT 'é' FROM nope";
    EXPECT_THAT(admit(lake_.options(),
                      {.tables = {{"", "nope"}}, .places = {17}},
                      request,
                      lake_.log(),
                      lake_.catalog()),
                HasMessage("there is no table analytics.nope (at character 17)"));
}

TEST_F(AdmissionTest, TablesBesideTheEventsHaveNoTail) {
    lake_.make_other_table();
    lake_.append(3);
    EXPECT_EQ(admit_names({{"", "other"}})->inputs.tables[0].tail, TailKind::kNone);
}

TEST_F(AdmissionTest, ShowTablesListsTheCatalog) {
    const auto admission = admit(lake_.options(),
                                 {StatementKind::kShowTables, {}, false, {}},
                                 Request{},
                                 lake_.log(),
                                 lake_.catalog());
    ASSERT_THAT(admission, IsOk());
    ASSERT_EQ(admission->inputs.tables.size(), 2U);
    EXPECT_EQ(admission->inputs.tables[0].name, "events");
}

}  // namespace
}  // namespace icelight::query
