#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/testing/temp_dir.h"
#include "catalog/catalog.h"
#include "event/columns.h"
#include "query/service.h"
#include "wal/log.h"

namespace icelight::query::testing {

/// A data directory with a log, a catalog and the two event tables, flushed by hand.
///
/// Event number i has message_id "m<i>", type "track", event "e<i % 10>", user_id "u<i % 7>",
/// properties {"n":i}.
class TinyLake {
public:
    TinyLake();
    ~TinyLake();

    /// Appends `count` events as one batch, then `rejects` rejected ones. Durable when it returns.
    void append(std::size_t count, std::size_t rejects = 0);

    /// Writes [W, to) into data files and commits. `to` 0: all.
    void flush(std::uint64_t to = 0);

    /// A third table that the log does not feed: analytics.other (text, n, price), without rows.
    void make_other_table();

    Options options() const;

    wal::Log& log() { return *log_; }

    catalog::Catalog& catalog() { return *catalog_; }

    const std::filesystem::path& path() const { return directory_.path(); }

    std::uint64_t watermark() const;
    std::string metadata_location(const std::string& table) const;

private:
    struct Item {
        std::uint64_t offset;
        std::uint64_t number;
        bool is_reject;
    };

    catalog::TableAppend write_part(bool is_reject,
                                    std::uint64_t from,
                                    std::uint64_t to,
                                    const std::string& name);

    icelight::testing::TempDir directory_;
    std::unique_ptr<wal::Log> log_;
    std::unique_ptr<catalog::Catalog> catalog_;
    std::vector<Item> items_;
    std::uint64_t numbers_ = 0;
};

}  // namespace icelight::query::testing
