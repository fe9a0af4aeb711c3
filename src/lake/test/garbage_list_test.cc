#include "lake/upkeep/garbage_list.h"

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "io/testing/faulty_file_system.h"

namespace icelight::lake {
namespace {

using icelight::testing::IsOk;
using std::chrono::milliseconds;

constexpr const char* kPath = "/data/garbage";

GarbageList some_garbage() {
    return {{"/data/a b.parquet", {milliseconds(0), 7}}, {"/data/c.avro", {milliseconds(99), 0}}};
}

TEST(GarbageList, ComesBackWithItsAges) {
    io::testing::FaultyFileSystem files;
    ASSERT_THAT(files.create_directories("/data"), IsOk());
    ASSERT_THAT(store_garbage(files, kPath, {}), IsOk());
    ASSERT_THAT(store_garbage(files, kPath, some_garbage()), IsOk());
    const GarbageList loaded = load_garbage(files, kPath);
    ASSERT_EQ(loaded.size(), 2U);
    EXPECT_EQ(loaded.at("/data/c.avro").age, milliseconds(99));
    // Pins do not outlive a process.
    EXPECT_EQ(loaded.at("/data/a b.parquet").epoch, 0U);
}

TEST(GarbageList, IsEmptyWhenDamagedAtAnyByte) {
    io::testing::FaultyFileSystem files;
    ASSERT_THAT(files.create_directories("/data"), IsOk());
    ASSERT_THAT(store_garbage(files, kPath, some_garbage()), IsOk());
    const std::string whole = files.bytes_of(kPath);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        files.replace(kPath, damaged);
        EXPECT_TRUE(load_garbage(files, kPath).empty()) << i;
        files.replace(kPath, whole.substr(0, i));
        EXPECT_TRUE(load_garbage(files, kPath).empty()) << i;
    }
    EXPECT_TRUE(load_garbage(files, "/data/missing").empty());
}

TEST(GarbageList, StaysTheOldOneWhenTheNewOneFails) {
    io::testing::FaultyFileSystem files;
    ASSERT_THAT(files.create_directories("/data"), IsOk());
    ASSERT_THAT(store_garbage(files, kPath, some_garbage()), IsOk());
    std::uint64_t failed = 0;
    for (std::uint64_t call = 1;; ++call) {
        files.set_fault(io::testing::Fault{call, ErrorCode::kUnavailable, false});
        const auto stored = store_garbage(files, kPath, some_garbage());
        files.set_fault(std::nullopt);
        EXPECT_EQ(load_garbage(files, kPath).size(), 2U) << call;
        if (stored) break;
        ++failed;
    }
    EXPECT_GE(failed, 4U);
}

}  // namespace
}  // namespace icelight::lake
