#include "catalog/reach.h"

#include <set>

#include "catalog/manifest_lists.h"
#include "catalog/test/fixture.h"

namespace icelight::catalog::sqlite {
namespace {

class ReachTest : public CatalogFixture {
protected:
    void SetUp() override {
        open_with_tables();
        for (std::uint64_t from = 0; from < 30; from += 10) {
            ASSERT_THAT(commit(make_intent(from, from + 10)), IsOk());
        }
    }

    std::multiset<std::string> visited(ReachScope scope) {
        std::multiset<std::string> paths;
        const auto walked = visit_reachable_files(
            *files_, *load().metadata, scope, [&](const auto& path) -> Result<bool> {
                paths.insert(path.filename().string());
                return true;
            });
        EXPECT_THAT(walked, IsOk());
        return paths;
    }
};

TEST_F(ReachTest, SharedManifestsAreVisitedOnce) {
    const auto all = visited(ReachScope::kAllSnapshots);
    EXPECT_EQ(all.size(), 3U + 3U + 3U) << "lists, manifests, data files";
    EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), all.size());
    EXPECT_EQ(visited(ReachScope::kCurrentSnapshot).size(), 1U + 3U + 3U);
}

TEST_F(ReachTest, VisitorEndsTheWalk) {
    int count = 0;
    const auto walked = visit_reachable_files(
        *files_, *load().metadata, ReachScope::kAllSnapshots, [&](const auto&) -> Result<bool> {
            return ++count < 4;
        });
    ASSERT_THAT(walked, IsOk());
    EXPECT_FALSE(*walked);
    EXPECT_EQ(count, 4);
}

TEST_F(ReachTest, DamagedManifestIsNamed) {
    const auto path = folder(kEvents) / "metadata" / metadata_names("-m0.avro").front();
    std::filesystem::resize_file(path, 20);
    const auto walked = visit_reachable_files(
        *files_, *load().metadata, ReachScope::kAllSnapshots, [](const auto&) -> Result<bool> {
            return true;
        });
    EXPECT_THAT(walked, IsError(ErrorCode::kCorruption));
    EXPECT_THAT(walked, HasMessage(path.string()));
}

TEST_F(ReachTest, ListsAreReadOnceWhileTheyAreKept) {
    ManifestLists lists(*files_);
    const std::string location = load().metadata->current_snapshot()->manifest_list;
    const auto first = lists.load(location);
    ASSERT_THAT(first, IsOk());
    EXPECT_EQ((*first)->size(), 3U);
    EXPECT_EQ(lists.load(location)->get(), first->get());
    for (int i = 0; i < 20; ++i)
        lists.keep("other" + std::to_string(i), *first);
    EXPECT_NE(lists.load(location)->get(), first->get()) << "the cache is bounded";
    EXPECT_THAT(lists.load("file:///none"), IsError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
