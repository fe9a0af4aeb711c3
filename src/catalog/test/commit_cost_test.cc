#include <algorithm>
#include <chrono>
#include <iostream>
#include <vector>

#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class CommitCost : public CatalogFixture {};

/// Prints what a commit costs as the table grows; on demand:
/// catalog_test --gtest_also_run_disabled_tests --gtest_filter='CommitCost.*'
TEST_F(CommitCost, DISABLED_OfAThousandAppends) {
    open_with_tables();
    std::vector<std::int64_t> took_us;
    for (std::uint64_t i = 0; i < 1'000; ++i) {
        const AppendIntent intent = make_intent(i, i + 1);
        const SteadyTime begin = system_clock().steady();
        ASSERT_THAT(commit(intent), IsOk());
        const auto took = system_clock().steady() - begin;
        took_us.push_back(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
        if ((i + 1) % 250 != 0) continue;
        std::sort(took_us.begin(), took_us.end());
        const auto path = load().metadata_location.substr(7);
        const auto list = load().metadata->current_snapshot()->manifest_list.substr(7);
        std::cout << "commits " << i + 1 << "  p50 " << took_us[125] << " us  p99 " << took_us[247]
                  << " us  metadata " << std::filesystem::file_size(path) << " B  list "
                  << std::filesystem::file_size(list) << " B\n";
        took_us.clear();
    }
    EXPECT_EQ(rows_of(), 1'000);
}

}  // namespace
}  // namespace icelight::catalog::sqlite
