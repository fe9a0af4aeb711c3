#include "catalog/pins.h"

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace icelight::catalog {
namespace {

TEST(Pins, LowestOffsetIsTheWatermarkWithoutPins) {
    PinRegistry pins;
    EXPECT_EQ(pins.lowest_offset(), 0U);
    pins.advance(10);
    EXPECT_EQ(pins.lowest_offset(), 10U);
    EXPECT_EQ(pins.lowest_epoch(), 1U);
}

TEST(Pins, OldestPinHoldsOffsetAndEpochUntilItEnds) {
    PinRegistry pins;
    pins.advance(10);
    std::optional<Pin> first = pins.pin();
    pins.advance(20);
    const Pin second = pins.pin();
    pins.advance(30);
    EXPECT_EQ(pins.lowest_offset(), 10U);
    EXPECT_EQ(pins.lowest_epoch(), 1U);
    first.reset();
    EXPECT_EQ(pins.lowest_offset(), 20U);
    EXPECT_EQ(pins.lowest_epoch(), 2U);
    EXPECT_EQ(pins.epoch(), 3U);
    EXPECT_EQ(pins.count(), 1U);
}

TEST(Pins, MovedPinCountsOnce) {
    PinRegistry pins;
    pins.advance(5);
    {
        Pin first = pins.pin();
        Pin second = std::move(first);
        pins.advance(9);
        Pin third = pins.pin();
        third = std::move(second);
        EXPECT_EQ(third.offset(), 5U);
        EXPECT_EQ(pins.count(), 1U);
        EXPECT_EQ(pins.lowest_offset(), 5U);
    }
    EXPECT_EQ(pins.count(), 0U);
    EXPECT_EQ(pins.lowest_offset(), 9U);
}

TEST(Pins, EqualPinsEndOneByOne) {
    PinRegistry pins;
    pins.advance(5);
    auto first = std::optional(pins.pin());
    const Pin second = pins.pin();
    first.reset();
    pins.advance(6);
    EXPECT_EQ(pins.lowest_offset(), 5U);
}

TEST(Pins, NothingPinnedIsEverReleased) {
    // Readers pin and check while a committer advances and "releases" what the registry allows.
    PinRegistry pins;
    std::atomic<std::uint64_t> released = 0;
    std::atomic<bool> is_over = false;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!is_over) {
                const Pin pin = pins.pin();
                EXPECT_LE(released.load(), pin.offset());
                std::this_thread::yield();
                EXPECT_LE(released.load(), pin.offset());
            }
        });
    }
    for (std::uint64_t next = 1; next <= 5'000; ++next) {
        pins.advance(next);
        released = pins.lowest_offset();
    }
    is_over = true;
    for (auto& reader : readers)
        reader.join();
    EXPECT_EQ(pins.lowest_offset(), 5'000U);
}

}  // namespace
}  // namespace icelight::catalog
