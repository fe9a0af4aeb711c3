#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace icelight::engine {

class Session;
struct DatabaseState;

struct DatabaseOptions {
    std::uint64_t memory_limit_bytes = 256u << 20;  ///< Of what the engine accounts, not resident.
    int threads = 1;  ///< 1 starts no thread (a sandbox needs that); raise later by SET threads.
    /// Where queries spill; empty: they fail with out of memory instead. Made if absent.
    std::filesystem::path temp_directory;
    std::uint64_t temp_bytes_max = 1u << 30;
    /// Where extensions are looked for; empty: none but the built-in ones.
    std::filesystem::path extension_directory;
    /// Loaded at open, in this order, from `extension_directory`; signed ones only.
    std::vector<std::string> extensions;
    /// What the functions of engine/aggregates.h may hold; 0: there are none. Not counted by the
    /// engine: memory_limit_bytes does not cover it.
    std::uint64_t aggregate_bytes_max = 0;
    /// Further settings, applied at open: {"preserve_insertion_order", "false"}.
    std::vector<std::pair<std::string, std::string>> settings;
};

/// An in-memory database of this process: where SQL runs and Parquet is written. Only worker
/// processes open one.
///
/// UTC, nothing is installed, nothing loaded but what the options name, no persistent secrets, no
/// progress bar.
/// Built in: core functions, parquet, json, icu.
/// Thread safety: all members. Lifetime: lives on in its sessions and their results.
class Database {
public:
    /// @error kInvalidArgument  an unknown setting or a bad value; an extension that is not there,
    /// is
    ///                          damaged or of another version.
    static Result<Database> open(const DatabaseOptions& options);

    Result<Session> connect();

    /// An internal error was seen (a bug in the engine, not in the query): results can no longer be
    /// trusted and the process must be replaced.
    bool is_broken() const;

private:
    explicit Database(std::shared_ptr<DatabaseState> state) : state_(std::move(state)) {}

    std::shared_ptr<DatabaseState> state_;
};

}  // namespace icelight::engine
