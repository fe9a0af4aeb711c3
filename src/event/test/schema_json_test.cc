#include "event/schema_json.h"

#include <cstdlib>
#include <fstream>
#include <set>
#include <span>
#include <sstream>

#include <gtest/gtest.h>

#include "event/columns.h"
#include "event/testing/json_reader.h"

namespace icelight::event {
namespace {

/// The committed file equals `text`. With ICELIGHT_REGENERATE=1 in the environment the file is
/// written instead.
void expect_committed(const std::string& path, const std::string& text) {
    const std::string whole_path = std::string(ICELIGHT_SOURCE_DIR) + "/" + path;
    const char* const regenerate = std::getenv("ICELIGHT_REGENERATE");  // NOLINT: one thread
    if (regenerate != nullptr) {
        std::ofstream(whole_path, std::ios::binary) << text;
    }
    std::ostringstream committed;
    committed << std::ifstream(whole_path, std::ios::binary).rdbuf();
    EXPECT_EQ(committed.str(), text)
        << path << ": run ICELIGHT_REGENERATE=1 event_test --gtest_filter='EventSchema.*'";
}

void expect_dense(std::span<const Column> columns) {
    std::set<std::string_view> names;
    int id = 0;
    for (const Column& column : columns) {
        EXPECT_EQ(column.id, ++id) << column.name;
        EXPECT_TRUE(names.insert(column.name).second) << column.name;
        EXPECT_FALSE(column.source.empty());
        EXPECT_FALSE(column.doc.empty());
        EXPECT_EQ(column.doc.find('|'), std::string_view::npos) << "breaks the table";
    }
}

TEST(EventSchema, IdsAreDenseAndNamesUnique) {
    expect_dense(kEventColumns);
    expect_dense(kRejectedColumns);
}

TEST(EventSchema, CommittedJsonIsMadeFromTheColumns) {
    EXPECT_TRUE(testing::read_json(event_schema_json()));
    expect_committed("contracts/event.schema.json", event_schema_json());
}

TEST(EventSchema, CommittedTableIsMadeFromTheColumns) {
    expect_committed("docs/event-columns.md", event_columns_markdown());
}

}  // namespace
}  // namespace icelight::event
