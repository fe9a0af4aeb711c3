#include <map>
#include <mutex>
#include <set>

#include "catalog/test/fixture.h"
#include "catalog/testing/faulty_vfs.h"

// The claim: when SQLite syncs its write-ahead log (the COMMIT), every file written before has been
// synced since its last write, and every folder since it got its last name. Shown by recording
// both kinds of calls in one sequence; a file system that drops folder syncs must be caught.

namespace icelight::catalog::sqlite {
namespace {

namespace fs = std::filesystem;

/// What would be lost if the power failed now.
class UnsyncedState {
public:
    void wrote(const fs::path& path) {
        with([&] { files_.insert(path.string()); });
    }

    void synced(const fs::path& path) {
        with([&] { files_.erase(path.string()); });
    }

    void named(const fs::path& directory) {
        with([&] { folders_.insert(directory.string()); });
    }

    void synced_folder(const fs::path& path) {
        with([&] {
            if (!forgets_folders) folders_.erase(path.string());
        });
    }

    void committed() {
        with([&] {
            ++commits;
            violations.insert(files_.begin(), files_.end());
            violations.insert(folders_.begin(), folders_.end());
        });
    }

    bool forgets_folders = false;
    int commits = 0;
    std::set<std::string> violations;

private:
    template <class Do>
    void with(Do act) {
        const std::lock_guard lock(mutex_);
        act();
    }

    std::mutex mutex_;
    std::set<std::string> files_;
    std::set<std::string> folders_;
};

class RecordingFile final : public io::File {
public:
    RecordingFile(std::unique_ptr<io::File> real, fs::path path, UnsyncedState& state)
        : real_(std::move(real)), path_(std::move(path)), state_(state) {}

    Result<std::size_t> read_at(std::uint64_t at, char* out, std::size_t bytes) const override {
        return real_->read_at(at, out, bytes);
    }

    Result<> write_at(std::uint64_t at, std::string_view bytes) override {
        state_.wrote(path_);
        return real_->write_at(at, bytes);
    }

    Result<> sync_data() override {
        state_.synced(path_);
        return real_->sync_data();
    }

    Result<> sync_all() override {
        state_.synced(path_);
        return real_->sync_all();
    }

    Result<std::uint64_t> size() const override { return real_->size(); }

    Result<> truncate(std::uint64_t bytes) override { return real_->truncate(bytes); }

private:
    std::unique_ptr<io::File> real_;
    const fs::path path_;
    UnsyncedState& state_;
};

class RecordingFileSystem final : public io::FileSystem {
public:
    explicit RecordingFileSystem(UnsyncedState& state) : state_(state) {}

    Result<std::unique_ptr<io::File>> open(const fs::path& path, io::OpenMode mode) override {
        if (mode == io::OpenMode::kCreateNew) {
            state_.wrote(path);
            state_.named(path.parent_path());
        }
        ICE_ASSIGN(auto file, real_.open(path, mode));
        return std::make_unique<RecordingFile>(std::move(file), path, state_);
    }

    Result<> create_directories(const fs::path& path) override {
        for (auto folder = path; !fs::exists(folder); folder = folder.parent_path()) {
            state_.named(folder.parent_path());
        }
        return real_.create_directories(path);
    }

    Result<> sync_directory(const fs::path& path) override {
        state_.synced_folder(path);
        return real_.sync_directory(path);
    }

    Result<std::vector<std::string>> list(const fs::path& path) override {
        return real_.list(path);
    }

    Result<> remove(const fs::path& path) override { return real_.remove(path); }

    Result<> rename(const fs::path& from, const fs::path& to) override {
        return real_.rename(from, to);
    }

    Result<bool> exists(const fs::path& path) override { return real_.exists(path); }

    Result<std::uint64_t> file_size(const fs::path& path) override { return real_.file_size(path); }

    Result<io::SpaceInfo> free_space(const fs::path& path) override {
        return real_.free_space(path);
    }

private:
    io::FileSystem& real_ = io::posix_file_system();
    UnsyncedState& state_;
};

class SyncOrder : public CatalogFixture {
protected:
    SyncOrder() {
        options_.vfs = FaultyVfs::name();
        files_ = &recording_;
    }

    ~SyncOrder() override { catalog_.reset(); }

    using FaultyVfs = catalog::testing::FaultyVfs;

    void run_commits() {
        open_with_tables();
        for (std::uint64_t from = 0; from < 30; from += 10) {
            AppendIntent intent = make_intent(from, from + 10);
            intent.appends.push_back(make_append(kRejected, intent.commit_id, 1));
            ASSERT_THAT(commit(intent), IsOk());
        }
    }

    UnsyncedState state_;
    RecordingFileSystem recording_{state_};
    FaultyVfs vfs_{[this](FaultyVfs::Call call, std::string_view path) {
        if (call == FaultyVfs::Call::kSync && path.ends_with("-wal")) state_.committed();
        return FaultyVfs::Verdict::kPass;
    }};
};

TEST_F(SyncOrder, EverythingIsSyncedWhenSqliteCommits) {
    run_commits();
    EXPECT_GE(state_.commits, 9);
    EXPECT_THAT(state_.violations, ::testing::IsEmpty());
}

TEST_F(SyncOrder, MissingFolderSyncIsCaught) {
    state_.forgets_folders = true;
    run_commits();
    EXPECT_THAT(state_.violations, ::testing::Not(::testing::IsEmpty()));
}

}  // namespace
}  // namespace icelight::catalog::sqlite
