#include "engine/scan_table.h"

#include <atomic>
#include <mutex>
#include <optional>

#include <gtest/gtest.h>

#include "base/testing/matchers.h"
#include "engine/database.h"

namespace icelight::engine {
namespace {

using testing::HasMessage;
using testing::IsOk;

/// Rows (n, text, half) for n in [0, rows); row `fails_at` cannot be read.
class Numbers final : public ScanTable {
public:
    explicit Numbers(std::size_t rows, std::size_t fails_at = SIZE_MAX)
        : rows_(rows), fails_at_(fails_at) {}

    std::uint64_t row_count() const override { return rows_; }

    std::unique_ptr<ScanPass> start(std::vector<std::size_t> columns) override {
        const std::scoped_lock lock(mutex_);
        asked_.push_back(columns);
        return std::make_unique<Pass>(*this, std::move(columns));
    }

    std::vector<std::vector<std::size_t>> take_asked() {
        const std::scoped_lock lock(mutex_);
        return std::exchange(asked_, {});
    }

private:
    class Pass final : public ScanPass {
    public:
        Pass(const Numbers& table, std::vector<std::size_t> columns)
            : table_(table), columns_(std::move(columns)) {}

        std::unique_ptr<RowSource> open() override { return std::make_unique<Source>(*this); }

        const Numbers& table() const { return table_; }

        const std::vector<std::size_t>& columns() const { return columns_; }

        std::size_t take() { return next_.fetch_add(kChunkRows); }

    private:
        const Numbers& table_;
        const std::vector<std::size_t> columns_;
        std::atomic<std::size_t> next_ = 0;
    };

    class Source final : public RowSource {
    public:
        explicit Source(Pass& pass) : pass_(pass) {}

        Result<std::size_t> fill(ChunkWriter& chunk) override {
            EXPECT_EQ(chunk.column_count(), pass_.columns().size());
            const std::size_t first = pass_.take();
            std::size_t rows = 0;
            for (; rows < kChunkRows && first + rows < pass_.table().rows_; ++rows) {
                if (first + rows == pass_.table().fails_at_) {
                    return fail(ErrorCode::kCorruption, "a bad row");
                }
                for (std::size_t i = 0; i < pass_.columns().size(); ++i)
                    set(chunk, i, rows, first + rows);
            }
            return rows;
        }

    private:
        void set(ChunkWriter& chunk, std::size_t i, std::size_t row, std::size_t n) const {
            if (pass_.columns()[i] == 0) chunk.set_int64(i, row, static_cast<std::int64_t>(n));
            if (pass_.columns()[i] == 1) chunk.set_text(i, row, kText);
            if (pass_.columns()[i] == 2) chunk.set_double(i, row, static_cast<double>(n) / 2);
            if (pass_.columns()[i] == 2 && n % 2 == 1) chunk.set_null(i, row);
        }

        static constexpr std::string_view kText = "a text that is longer than twelve bytes";
        Pass& pass_;
    };

    const std::size_t rows_;
    const std::size_t fails_at_;
    std::mutex mutex_;
    std::vector<std::vector<std::size_t>> asked_;
};

const std::vector<ScanColumn> kColumns = {
    {"n", WriteType::kInt64}, {"text", WriteType::kText}, {"half", WriteType::kDouble}};

class ScanTableTest : public ::testing::Test {
protected:
    void open(std::shared_ptr<Numbers> table) {
        table_ = std::move(table);
        ASSERT_THAT(register_scan(session_, "numbers", kColumns, table_), IsOk());
    }

    std::string text(const std::string& sql) {
        auto result = session_.query_text(sql);
        return result ? *result : result.error().message;
    }

    Database database_ = *Database::open({.threads = 4});
    Session session_ = *database_.connect();
    std::shared_ptr<Numbers> table_;
};

TEST_F(ScanTableTest, GivesEveryRowOnceOnSeveralThreads) {
    open(std::make_shared<Numbers>(200'000));
    EXPECT_EQ(text("SELECT concat_ws(' ', count(*), count(DISTINCT n), sum(n), min(text), "
                   "count(half)) FROM numbers()"),
              "200000 200000 19999900000 a text that is longer than twelve bytes 100000");
    EXPECT_EQ(text("SELECT sum(a.n) FROM numbers() a JOIN numbers() b USING (n) WHERE b.half > 5"),
              "9999899970");
}

TEST_F(ScanTableTest, AsksForTheColumnsThatAreUsed) {
    open(std::make_shared<Numbers>(10));
    EXPECT_EQ(text("SELECT sum(half) FROM numbers() WHERE n > 3"), "9.0");
    EXPECT_EQ(table_->take_asked(), (std::vector<std::vector<std::size_t>>{{0, 2}}));
    EXPECT_EQ(text("SELECT count(*) FROM numbers()"), "10");
    EXPECT_LE(table_->take_asked().at(0).size(), 1u);
    EXPECT_EQ(text("SELECT text FROM (SELECT * FROM numbers()) LIMIT 1"),
              "a text that is longer than twelve bytes");
    EXPECT_EQ(table_->take_asked(), (std::vector<std::vector<std::size_t>>{{1}}));
}

TEST_F(ScanTableTest, NoRowsAreNoRows) {
    open(std::make_shared<Numbers>(0));
    EXPECT_EQ(text("SELECT count(*) FROM numbers()"), "0");
}

TEST_F(ScanTableTest, ARowThatCannotBeReadEndsTheStatement) {
    open(std::make_shared<Numbers>(10'000, 9'000));
    EXPECT_THAT(session_.query_text("SELECT sum(n) FROM numbers()"), HasMessage("a bad row"));
    EXPECT_EQ(text("SELECT 1"), "1");
}

TEST_F(ScanTableTest, OtherSessionsSeeIt) {
    open(std::make_shared<Numbers>(3));
    auto other = database_.connect();
    ASSERT_THAT(other, IsOk());
    EXPECT_EQ(*other->query_text("SELECT sum(n) FROM numbers()"), "3");
}

}  // namespace
}  // namespace icelight::engine
