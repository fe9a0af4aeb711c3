#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/fake_clock.h"
#include "base/testing/matchers.h"
#include "base/testing/temp_dir.h"
#include "catalog/pins.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

using icelight::testing::FakeClock;
using icelight::testing::HasMessage;
using icelight::testing::IsError;
using icelight::testing::IsOk;
using icelight::testing::TempDir;

inline const TableIdent kEvents{{"analytics"}, "events"};
inline const TableIdent kRejected{{"analytics"}, "events__rejected"};
inline const Uuid kLog = *find_uuid("018f4e2a-0000-7000-8000-00000000abcd");

Deadline soon();

/// A data directory of its own with a catalog and the two tables.
class CatalogFixture : public ::testing::Test {
protected:
    /// Opens the catalog with the current options_; the former one must be closed.
    Result<> open();
    /// open(), the namespace and both tables.
    void open_with_tables();
    void close();

    /// Submits and waits.
    Result<Committed> commit(AppendIntent intent);

    /// Runs `work` on the open catalog in a child process that dies after the step for which
    /// `is_last` says yes. Here the catalog is closed, before and afterwards.
    /// @return false  `work` came to its end without it.
    bool dies_in_child(const std::function<bool(CommitStep)>& is_last,
                       const std::function<void()>& work);
    /// The same at the `at`-th step, whichever it is; 1 is the first.
    bool dies_in_child_at(std::size_t at, const std::function<void()>& work);

    /// [from, to) into events, with one manifest and one data file on disk, both journaled.
    AppendIntent make_intent(std::uint64_t from, std::uint64_t to);
    /// A manifest over one data file of `rows` rows in `ident`'s folder.
    TableAppend make_append(const TableIdent& ident, const Uuid& commit_id, std::int64_t rows);
    /// Where make_append() puts the data file.
    std::filesystem::path data_file(const TableIdent& ident, const Uuid& commit_id) const;

    iceberg::TableMetadata new_table(const TableIdent& ident) const;
    LoadedTable load(const TableIdent& ident = kEvents);
    std::uint64_t watermark();
    /// Rows of the current snapshot's manifests, counted from the files.
    std::int64_t rows_of(const TableIdent& ident = kEvents);
    std::filesystem::path folder(const TableIdent& ident) const;
    /// Names in the table's metadata folder that end so.
    std::vector<std::string> metadata_names(const std::string& suffix) const;

    TempDir dir_{icelight::testing::memory_root()};
    FakeClock clock_;
    io::FileSystem* files_ = &io::posix_file_system();
    Options options_{.database = dir_.path() / "catalog.db",
                     .warehouse = dir_.path() / "warehouse",
                     .busy_timeout = std::chrono::milliseconds(50)};
    std::unique_ptr<Catalog> catalog_;
};

/// Both tables, and one that grows by a row every ten seconds.
class GrowingTable : public CatalogFixture {
protected:
    void SetUp() override { open_with_tables(); }

    void append(int count);

    std::uint64_t next_ = 0;
};

}  // namespace icelight::catalog::sqlite
