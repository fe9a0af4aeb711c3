#include "server/api/floors.h"

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"
#include "base/worker_pool.h"
#include "io/file_system.h"

namespace icelight::server {
namespace {

/// A disk that has as much room as it is told.
class Disk final : public io::FileSystem {
public:
    Result<std::unique_ptr<io::File>> open(const std::filesystem::path&, io::OpenMode) override {
        return refuse();
    }

    Result<> create_directories(const std::filesystem::path&) override { return refuse(); }

    Result<> sync_directory(const std::filesystem::path&) override { return refuse(); }

    Result<std::vector<std::string>> list(const std::filesystem::path&) override {
        return refuse();
    }

    Result<> remove(const std::filesystem::path&) override { return refuse(); }

    Result<> rename(const std::filesystem::path&, const std::filesystem::path&) override {
        return refuse();
    }

    Result<bool> exists(const std::filesystem::path&) override { return refuse(); }

    Result<std::uint64_t> file_size(const std::filesystem::path&) override { return refuse(); }

    Result<io::SpaceInfo> free_space(const std::filesystem::path&) override { return space; }

    io::SpaceInfo space{.free_bytes = 100, .total_bytes = 1'000};

private:
    static tl::unexpected<Error> refuse() { return fail(ErrorCode::kUnsupported, "not a disk"); }
};

class FloorsTest : public ::testing::Test {
protected:
    /// The refusal after a look that takes place now.
    std::optional<ErrorCode> look() {
        floors_.refresh();
        const auto refusal = floors_.find_refusal(pool_);
        if (!refusal) return std::nullopt;
        return refusal->code;
    }

    Disk disk_;
    icelight::testing::FakeClock clock_;
    std::uint64_t lag_bytes_ = 0;
    WorkerPool pool_{"test", 1, 4};
    Floors floors_{{.unflushed_bytes_max = 1'000, .soft_free_bytes = 80, .hard_free_bytes = 20},
                   "/data",
                   [this] { return lag_bytes_; },
                   disk_,
                   clock_};
};

TEST_F(FloorsTest, RoomIsRoom) {
    EXPECT_EQ(look(), std::nullopt);
}

TEST_F(FloorsTest, TheSmallerSoftFloorIs429AndTheHardOne503) {
    disk_.space.free_bytes = 60;
    EXPECT_EQ(look(), std::nullopt) << "5 % of 1,000 is less than 80";
    disk_.space.free_bytes = 49;
    EXPECT_EQ(look(), ErrorCode::kOverloaded);
    disk_.space.free_bytes = 19;
    EXPECT_EQ(look(), ErrorCode::kUnavailable);
    disk_.space.free_bytes = 100;
    EXPECT_EQ(look(), std::nullopt) << "it goes on by itself";
}

TEST_F(FloorsTest, ATableTooFarBehindIs429) {
    lag_bytes_ = 1'000;
    EXPECT_EQ(look(), std::nullopt);
    lag_bytes_ = 1'001;
    EXPECT_EQ(look(), ErrorCode::kOverloaded);
}

TEST_F(FloorsTest, ALookIsTakenOnceASecondOnThePool) {
    EXPECT_EQ(look(), std::nullopt);
    disk_.space.free_bytes = 0;
    clock_.advance(std::chrono::milliseconds(10));
    EXPECT_FALSE(floors_.find_refusal(pool_)) << "not yet time for another look";
    clock_.advance(std::chrono::seconds(2));
    floors_.find_refusal(pool_);
    pool_.close();
    EXPECT_TRUE(floors_.find_refusal(pool_));
}

}  // namespace
}  // namespace icelight::server
