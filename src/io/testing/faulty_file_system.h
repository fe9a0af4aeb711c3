#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "io/file_system.h"

namespace icelight::io::testing {

/// What a crash leaves of what was not synced.
enum class CrashKeeps : std::uint8_t {
    kNothing,
    kEverything,
    kSomePages,    ///< A seeded subset of unsynced 4 KiB pages and a prefix of the names.
    kSomeSectors,  ///< The same with 512-byte sectors.
};

/// When calls that change something begin to fail.
struct Fault {
    std::uint64_t at_call = 0;  ///< 1 = the next changing call.
    ErrorCode code = ErrorCode::kIo;
    bool is_for_ever = false;  ///< Else only that call.
};

/// Files in memory that keep apart what was synced and what was not.
///
/// A failed write leaves a seeded prefix of its bytes. A failed sync loses what it should have
/// synced, though reads still show it, as Linux does. Names (create, rename, remove) are durable
/// only after sync_directory(); directories always are.
/// Thread safety: all members, from any thread.
class FaultyFileSystem final : public FileSystem {
public:
    explicit FaultyFileSystem(std::uint64_t seed = 1) : random_(seed | 1) {}

    Result<std::unique_ptr<File>> open(const std::filesystem::path& path, OpenMode mode) override;
    Result<> create_directories(const std::filesystem::path& path) override;
    Result<> sync_directory(const std::filesystem::path& path) override;
    Result<std::vector<std::string>> list(const std::filesystem::path& path) override;
    Result<> remove(const std::filesystem::path& path) override;
    Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<bool> exists(const std::filesystem::path& path) override;
    Result<std::uint64_t> file_size(const std::filesystem::path& path) override;
    Result<SpaceInfo> free_space(const std::filesystem::path& path) override;

    /// The machine after a power cut now: another file system. This one goes on, unseen by it.
    std::unique_ptr<FaultyFileSystem> crash(CrashKeeps keeps, std::uint64_t seed) const;

    void set_fault(std::optional<Fault> fault);
    /// Syncs say yes and do nothing: the control for tests that look for a missing sync.
    void set_ignores_syncs(bool ignores);
    /// Called, unlocked, before each sync_data() and sync_all().
    void set_sync_hook(std::function<void()> hook);
    std::uint64_t changing_calls() const;

    /// Direct access, as a broken disk has it: neither counted nor failed, durable at once.
    std::string bytes_of(const std::filesystem::path& path) const;
    void replace(const std::filesystem::path& path, std::string bytes);
    /// Every file and its bytes, to show that nothing changed.
    std::map<std::string, std::string> contents() const;

private:
    friend class MemoryFile;

    struct Node {
        std::string now;
        std::string synced;
        std::set<std::uint64_t> unsynced_sectors;
    };

    using Names = std::map<std::string, std::shared_ptr<Node>>;

    struct NameChange {  ///< `node` null: the name went away.
        std::string directory;
        std::vector<std::pair<std::string, std::shared_ptr<Node>>> names;
    };

    /// Counts a changing call; the error if it is to fail.
    Result<> strike(const char* verb, const std::string& path);
    std::uint64_t next_random() const;
    Result<> write(Node& node,
                   const std::string& path,
                   std::uint64_t offset,
                   std::string_view data);
    Result<> sync(Node& node, const std::string& path);
    static void resize(Node& node, std::uint64_t bytes);
    static void apply(const NameChange& change, Names& names);

    // guarded by mutex_
    mutable std::mutex mutex_;
    mutable std::uint64_t random_;
    Names names_;
    Names synced_names_;
    std::vector<NameChange> unsynced_changes_;
    std::set<std::string> directories_;
    std::optional<Fault> fault_;
    bool ignores_syncs_ = false;
    std::function<void()> sync_hook_;
    std::uint64_t changing_calls_ = 0;
};

}  // namespace icelight::io::testing
