#include "wal/window.h"

#include <deque>
#include <optional>
#include <random>
#include <unordered_map>

#include <gtest/gtest.h>

namespace icelight::wal {
namespace {

Fingerprint random_fingerprint(std::mt19937_64& random) {
    return {random(), random()};
}

constexpr TimestampUs kHourUs = 3'600'000'000;

TEST(Window, RemembersTheFirstOffsetOfAFingerprint) {
    Window window(1 << 20, std::chrono::hours(24));
    EXPECT_EQ(window.insert({1, 2}, 10), std::nullopt);
    EXPECT_EQ(window.insert({1, 2}, 11), 10U);
    EXPECT_EQ(window.find({1, 2}), 10U);
    EXPECT_EQ(window.find({1, 3}), std::nullopt);
}

TEST(Window, ForgetsByAge) {
    Window window(1 << 20, std::chrono::hours(1));
    window.set_time(0);
    window.insert({1, 1}, 0);
    window.set_time(kHourUs / 2);
    window.insert({2, 2}, 1);
    window.set_time(kHourUs + 20'000'000);
    EXPECT_EQ(window.find({1, 1}), std::nullopt);
    EXPECT_EQ(window.find({2, 2}), 1U);
    EXPECT_EQ(window.info().oldest_us, kHourUs / 2);
    EXPECT_EQ(window.info().entries, 1U);
}

TEST(Window, ForgetsTheOldestWhenFull) {
    Window window(27 * 1000, std::chrono::hours(24));
    std::mt19937_64 random(5);
    std::vector<Fingerprint> all;
    window.set_time(1);
    for (std::uint64_t offset = 0; offset < 5000; ++offset) {
        all.push_back(random_fingerprint(random));
        window.insert(all.back(), offset);
    }
    EXPECT_EQ(window.info().entries, 1000U);
    EXPECT_EQ(window.find(all[3999]), std::nullopt);
    EXPECT_EQ(window.find(all[4000]), 4000U);
    EXPECT_EQ(window.find(all[4999]), 4999U);
}

TEST(Window, TakesBackWhatDidNotBecomeDurable) {
    Window window(1 << 20, std::chrono::hours(24));
    std::mt19937_64 random(6);
    std::vector<Fingerprint> all;
    for (std::uint64_t offset = 0; offset < 10'000; ++offset) {
        all.push_back(random_fingerprint(random));
        window.insert(all.back(), offset);
    }
    window.forget_from(4096);
    EXPECT_EQ(window.info().entries, 4096U);
    EXPECT_EQ(window.find(all[4095]), 4095U);
    EXPECT_EQ(window.find(all[4096]), std::nullopt);
    EXPECT_EQ(window.insert(all[9000], 4096), std::nullopt);
    EXPECT_EQ(window.find(all[9000]), 4096U);
    window.forget_from(0);
    EXPECT_EQ(window.info().entries, 0U);
    EXPECT_EQ(window.insert(all[0], 0), std::nullopt);
}

TEST(Window, OffsetsMayLieFarApart) {
    Window window(1 << 20, std::chrono::hours(24));
    window.insert({1, 1}, 5);
    window.insert({2, 2}, 6'000'000'000);
    EXPECT_EQ(window.find({2, 2}), 6'000'000'000U);
}

TEST(Window, CostsAtMost28BytesAnEntry) {
    Window window(256 << 20, std::chrono::hours(24));
    std::mt19937_64 random(7);
    for (std::uint64_t offset = 0; offset < 1'000'000; ++offset) {
        window.insert(random_fingerprint(random), offset);
        if (offset == 200'000 || offset == 412'345 || offset == 999'999) {
            const WindowInfo info = window.info();
            EXPECT_LE(info.bytes, info.entries * 28) << offset;
        }
    }
    EXPECT_GT(window.entries_max(), 9'000'000U);
}

/// A plain map and list that do what the window does.
class Model {
public:
    explicit Model(std::size_t entries_max) : entries_max_(entries_max) {}

    std::optional<std::uint64_t> insert(std::uint64_t id, std::uint64_t offset) {
        const auto [at, is_new] = held_.try_emplace(id, offset);
        if (!is_new) return at->second;
        order_.emplace_back(id, offset);
        if (order_.size() > entries_max_) {
            held_.erase(order_.front().first);
            order_.pop_front();
        }
        return std::nullopt;
    }

    void forget_from(std::uint64_t offset) {
        while (!order_.empty() && order_.back().second >= offset) {
            held_.erase(order_.back().first);
            order_.pop_back();
        }
    }

    std::size_t size() const { return order_.size(); }

private:
    const std::size_t entries_max_;
    std::deque<std::pair<std::uint64_t, std::uint64_t>> order_;  // id, offset
    std::unordered_map<std::uint64_t, std::uint64_t> held_;
};

TEST(Window, AgreesWithAModel) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        std::mt19937_64 random(seed);
        constexpr std::size_t kEntriesMax = 300;
        Window window(27 * kEntriesMax, std::chrono::hours(24));
        Model model(kEntriesMax);
        std::uint64_t next = 0;
        for (int action = 0; action < 20'000; ++action) {
            if (random() % 50 == 0 && next > 0) {
                const std::uint64_t from = next - random() % std::min<std::uint64_t>(next, 40);
                window.forget_from(from);
                model.forget_from(from);
                next = from;
                continue;
            }
            const std::uint64_t id = random() % 2000;
            // Few tags and homes, so that runs and collisions are long.
            const Fingerprint fingerprint{id % 3, id * 0x0400'0000'0000'0000ULL + id};
            const auto found = window.insert(fingerprint, next);
            ASSERT_EQ(found, model.insert(id, next)) << "seed " << seed;
            if (!found) next += 1 + random() % 3;
        }
        ASSERT_EQ(window.info().entries, model.size());
    }
}

}  // namespace
}  // namespace icelight::wal
