#include <map>
#include <random>

#include <gtest/gtest.h>

#include "wal/test/log_harness.h"

/// Random actions on a log and on a tiny model of it, which must agree after each.
namespace icelight::wal {
namespace {

using icelight::testing::IsOk;
using io::testing::CrashKeeps;
using io::testing::FaultyFileSystem;
using testing::append_now;
using testing::batch_of;
using testing::Items;
using testing::open_log;

class Model {
public:
    explicit Model(std::uint64_t seed)
        : random_(seed), files_(std::make_unique<FaultyFileSystem>(seed)) {
        options_.retained_bytes_max = testing::kSmallSegmentBytes;
        open();
    }

    void act() {
        switch (random_() % 12) {
            case 0:
                return reopen(random_() % 2 == 0);
            case 1:
                return cut_power();
            case 2:
                return release();
            case 3:
                return fail_once();
            default:
                return append();
        }
    }

    void check() {
        const std::uint64_t from = log_->first_offset();
        ASSERT_EQ(log_->durable_offset(), next_);
        ASSERT_LE(from, watermark_);
        const auto items = testing::read_items(*files_, from, next_);
        ASSERT_THAT(items, IsOk());
        ASSERT_EQ(*items, Items(items_.lower_bound(from), items_.end()));
        const Counters counters = log_->counters();
        ASSERT_EQ(counters.received, counters.stored + counters.rejected + counters.duplicate);
        ASSERT_EQ(counters.stored + counters.rejected, next_);
    }

private:
    void open() {
        auto opened = open_log(*files_, options_, {uuid_, watermark_});
        ASSERT_THAT(opened, IsOk());
        log_ = std::move(*opened);
        if (!uuid_.is_nil()) {
            ASSERT_EQ(log_->uuid(), uuid_);
        }
    }

    void append() {
        Batch batch;
        std::vector<Outcome> expected;
        std::map<std::string, std::uint64_t> fresh;
        Items items;
        std::uint64_t next = next_;
        for (std::uint64_t row = 0; row < random_() % 5; ++row) {
            const std::string id = "row" + std::to_string(random_() % 400);
            testing::add_row(batch, id);
            const bool is_old = offsets_.contains(id);
            const bool is_held = is_old || fresh.contains(id);
            if (!is_held) {
                fresh[id] = next;
                items[next++] = "R:" + id;
            }
            expected.push_back({is_old ? offsets_[id] : fresh[id], is_held});
        }
        if (random_() % 4 == 0) {
            testing::add_reject(batch, "bad");
            items[next++] = "X:bad";
        }
        if (expected.empty() && next == next_) return;
        const auto appended = append_now(*log_, batch);
        if (!appended) {
            ASSERT_EQ(appended.error().code, ErrorCode::kUnavailable);
            heal();
            return;
        }
        ASSERT_EQ(appended->rows, expected);
        ASSERT_EQ(appended->next_offset, next);
        offsets_.merge(fresh);
        items_.merge(items);
        next_ = next;
    }

    void heal() {
        files_->set_fault(std::nullopt);
        const Deadline give_up_at = deadline_in(std::chrono::seconds(10));
        while (!log_->is_healthy() && system_clock().steady() < give_up_at)
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        ASSERT_TRUE(log_->is_healthy());
    }

    void fail_once() { files_->set_fault(io::testing::Fault{.at_call = 1 + random_() % 6}); }

    void release() {
        watermark_ += random_() % (next_ - watermark_ + 1);
        if (watermark_ > 0) uuid_ = log_->uuid();
        log_->release(watermark_);
    }

    void reopen(bool is_orderly) {
        // A fault on the way down would leave a group that is on disk and was not acknowledged.
        files_->set_fault(std::nullopt);
        heal();
        if (is_orderly) {
            ASSERT_THAT(log_->close(deadline_in(std::chrono::seconds(10))), IsOk());
        }
        log_.reset();
        open();
        adopt_unacknowledged();
    }

    void cut_power() {
        files_->set_fault(std::nullopt);
        constexpr CrashKeeps kKinds[] = {CrashKeeps::kNothing, CrashKeeps::kSomeSectors};
        auto after = files_->crash(kKinds[random_() % 2], random_());
        log_.reset();
        files_ = std::move(after);
        open();
        adopt_unacknowledged();
    }

    /// A refused group may be found after a crash (Log::append): then it counts from now on.
    void adopt_unacknowledged() {
        ASSERT_GE(log_->durable_offset(), next_);
        const auto items = testing::read_items(*files_, next_, log_->durable_offset()).value();
        for (const auto& [offset, item] : items) {
            items_[offset] = item;
            if (item.starts_with("R:")) offsets_.emplace(item.substr(2), offset);
        }
        next_ = log_->durable_offset();
    }

    std::mt19937_64 random_;
    Options options_ = testing::small_options();
    std::unique_ptr<FaultyFileSystem> files_;
    std::unique_ptr<Log> log_;
    Uuid uuid_;
    std::uint64_t watermark_ = 0;
    std::uint64_t next_ = 0;
    Items items_;
    std::map<std::string, std::uint64_t> offsets_;
};

TEST(LogModel, RandomActionsAgreeWithTheModel) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        Model model(seed);
        for (int step = 0; step < 150; ++step) {
            model.act();
            if (!::testing::Test::HasFatalFailure()) model.check();
            ASSERT_FALSE(::testing::Test::HasFatalFailure()) << "seed " << seed << " step " << step;
        }
    }
}

}  // namespace
}  // namespace icelight::wal
