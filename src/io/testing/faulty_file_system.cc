#include "io/testing/faulty_file_system.h"

#include <algorithm>
#include <utility>

namespace icelight::io::testing {
namespace {

constexpr std::uint64_t kSectorBytes = 512;
constexpr std::uint64_t kPageBytes = 4096;

std::uint64_t xorshift(std::uint64_t& state) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

std::uint64_t spread(std::uint64_t seed) {
    std::uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15ULL | 1;
    xorshift(state);
    return xorshift(state) | 1;
}

}  // namespace

class MemoryFile final : public File {
public:
    MemoryFile(FaultyFileSystem& files,
               std::shared_ptr<FaultyFileSystem::Node> node,
               std::string path,
               bool is_writable)
        : files_(files),
          node_(std::move(node)),
          path_(std::move(path)),
          is_writable_(is_writable) {}

    Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t bytes) const override {
        const std::lock_guard lock(files_.mutex_);
        if (offset >= node_->now.size()) return std::size_t{0};
        return node_->now.copy(out, bytes, offset);
    }

    Result<> write_at(std::uint64_t offset, std::string_view bytes) override {
        const std::lock_guard lock(files_.mutex_);
        if (!is_writable_) return fail(ErrorCode::kIo, "cannot write " + path_ + ": read-only");
        return files_.write(*node_, path_, offset, bytes);
    }

    Result<> sync_data() override { return sync_all(); }

    Result<> sync_all() override {
        std::function<void()> hook;
        {
            const std::lock_guard lock(files_.mutex_);
            hook = files_.sync_hook_;
        }
        if (hook) hook();
        const std::lock_guard lock(files_.mutex_);
        return files_.sync(*node_, path_);
    }

    Result<std::uint64_t> size() const override {
        const std::lock_guard lock(files_.mutex_);
        return std::uint64_t{node_->now.size()};
    }

    Result<> truncate(std::uint64_t bytes) override {
        const std::lock_guard lock(files_.mutex_);
        ICE_TRY(files_.strike("truncate", path_));
        FaultyFileSystem::resize(*node_, bytes);
        return {};
    }

private:
    FaultyFileSystem& files_;
    const std::shared_ptr<FaultyFileSystem::Node> node_;
    const std::string path_;
    const bool is_writable_;
};

Result<> FaultyFileSystem::strike(const char* verb, const std::string& path) {
    ++changing_calls_;
    if (!fault_ || fault_->at_call > 1) {
        if (fault_) --fault_->at_call;
        return {};
    }
    const ErrorCode code = fault_->code;
    if (!fault_->is_for_ever) fault_.reset();
    return fail(code, std::string("cannot ") + verb + " " + path + ": made to fail");
}

std::uint64_t FaultyFileSystem::next_random() const {
    return xorshift(random_);
}

void FaultyFileSystem::resize(Node& node, std::uint64_t bytes) {
    const std::uint64_t from = std::min<std::uint64_t>(node.now.size(), bytes);
    const std::uint64_t to = std::max<std::uint64_t>(node.now.size(), bytes);
    node.now.resize(bytes);
    for (std::uint64_t at = from / kSectorBytes; at * kSectorBytes < to; ++at)
        node.unsynced_sectors.insert(at);
}

Result<> FaultyFileSystem::write(Node& node,
                                 const std::string& path,
                                 std::uint64_t offset,
                                 std::string_view data) {
    auto allowed = strike("write", path);
    if (!allowed) data = data.substr(0, next_random() % (data.size() + 1));
    if (!data.empty()) {
        if (node.now.size() < offset + data.size()) resize(node, offset + data.size());
        node.now.replace(offset, data.size(), data);
        const std::uint64_t last = (offset + data.size() - 1) / kSectorBytes;
        for (std::uint64_t at = offset / kSectorBytes; at <= last; ++at)
            node.unsynced_sectors.insert(node.unsynced_sectors.end(), at);
    }
    return allowed;
}

Result<> FaultyFileSystem::sync(Node& node, const std::string& path) {
    auto allowed = strike("sync", path);
    if (!allowed) {
        node.unsynced_sectors.clear();  // The kernel gives up on them; reads still show them.
        return allowed;
    }
    if (ignores_syncs_) return {};
    node.synced.resize(node.now.size());
    for (const std::uint64_t sector : node.unsynced_sectors) {
        const std::uint64_t at = sector * kSectorBytes;
        if (at >= node.now.size()) continue;
        const auto bytes = std::min<std::uint64_t>(kSectorBytes, node.now.size() - at);
        node.synced.replace(at, bytes, node.now, at, bytes);
    }
    node.unsynced_sectors.clear();
    return {};
}

Result<std::unique_ptr<File>> FaultyFileSystem::open(const std::filesystem::path& path,
                                                     OpenMode mode) {
    const std::lock_guard lock(mutex_);
    const std::string name = path.string();
    auto found = names_.find(name);
    if (mode != OpenMode::kCreateNew) {
        if (found == names_.end())
            return fail(ErrorCode::kNotFound, "cannot open " + name + ": no such file");
        return std::unique_ptr<File>(
            std::make_unique<MemoryFile>(*this, found->second, name, mode == OpenMode::kReadWrite));
    }
    if (found != names_.end())
        return fail(ErrorCode::kAlreadyExists, "cannot create " + name + ": it exists");
    ICE_TRY(strike("create", name));
    auto node = std::make_shared<Node>();
    const NameChange change{path.parent_path().string(), {{name, node}}};
    apply(change, names_);
    unsynced_changes_.push_back(change);
    return std::unique_ptr<File>(std::make_unique<MemoryFile>(*this, node, name, true));
}

void FaultyFileSystem::apply(const NameChange& change, Names& names) {
    for (const auto& [name, node] : change.names) {
        if (node) {
            names[name] = node;
        } else {
            names.erase(name);
        }
    }
}

Result<> FaultyFileSystem::create_directories(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    for (auto at = path; !at.empty() && at != at.root_path(); at = at.parent_path())
        directories_.insert(at.string());
    return {};
}

Result<> FaultyFileSystem::sync_directory(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    ICE_TRY(strike("sync", path.string()));
    if (ignores_syncs_) return {};
    std::vector<NameChange> others;
    for (auto& change : unsynced_changes_) {
        if (change.directory == path.string()) {
            apply(change, synced_names_);
        } else {
            others.push_back(std::move(change));
        }
    }
    unsynced_changes_ = std::move(others);
    return {};
}

Result<std::vector<std::string>> FaultyFileSystem::list(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& [name, node] : names_) {
        const std::filesystem::path file(name);
        if (file.parent_path() == path) found.push_back(file.filename().string());
    }
    if (found.empty() && !directories_.contains(path.string()))
        return fail(ErrorCode::kNotFound, "cannot list " + path.string() + ": no such directory");
    std::sort(found.begin(), found.end());
    return found;
}

Result<> FaultyFileSystem::remove(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    if (!names_.contains(path.string()))
        return fail(ErrorCode::kNotFound, "cannot remove " + path.string() + ": no such file");
    ICE_TRY(strike("remove", path.string()));
    unsynced_changes_.push_back({path.parent_path().string(), {{path.string(), nullptr}}});
    apply(unsynced_changes_.back(), names_);
    return {};
}

Result<> FaultyFileSystem::rename(const std::filesystem::path& from,
                                  const std::filesystem::path& to) {
    const std::lock_guard lock(mutex_);
    auto found = names_.find(from.string());
    if (found == names_.end())
        return fail(ErrorCode::kNotFound, "cannot rename " + from.string() + ": no such file");
    ICE_TRY(strike("rename", from.string()));
    unsynced_changes_.push_back(
        {to.parent_path().string(), {{to.string(), found->second}, {from.string(), nullptr}}});
    apply(NameChange(unsynced_changes_.back()), names_);
    return {};
}

Result<bool> FaultyFileSystem::exists(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    return names_.contains(path.string()) || directories_.contains(path.string());
}

Result<std::uint64_t> FaultyFileSystem::file_size(const std::filesystem::path& path) {
    const std::lock_guard lock(mutex_);
    auto found = names_.find(path.string());
    if (found == names_.end())
        return fail(ErrorCode::kNotFound, "cannot stat " + path.string() + ": no such file");
    return std::uint64_t{found->second->now.size()};
}

Result<SpaceInfo> FaultyFileSystem::free_space(const std::filesystem::path&) {
    return SpaceInfo{.free_bytes = 1ULL << 40, .total_bytes = 1ULL << 41};
}

std::unique_ptr<FaultyFileSystem> FaultyFileSystem::crash(CrashKeeps keeps,
                                                          std::uint64_t seed) const {
    const std::lock_guard lock(mutex_);
    auto after = std::make_unique<FaultyFileSystem>(spread(seed));
    std::uint64_t random = spread(seed ^ 0x5bd1e995);
    Names names = synced_names_;
    std::size_t kept_changes = 0;
    if (keeps == CrashKeeps::kEverything) kept_changes = unsynced_changes_.size();
    if (keeps == CrashKeeps::kSomePages || keeps == CrashKeeps::kSomeSectors)
        kept_changes = xorshift(random) % (unsynced_changes_.size() + 1);
    for (std::size_t index = 0; index < kept_changes; ++index)
        apply(unsynced_changes_[index], names);

    const std::uint64_t unit = keeps == CrashKeeps::kSomePages ? kPageBytes / kSectorBytes : 1;
    const std::uint64_t kept_in_eight = xorshift(random) % 9;
    for (const auto& [name, node] : names) {
        std::string bytes = node->synced;
        std::uint64_t last_unit = ~0ULL;
        bool is_kept = false;
        for (const std::uint64_t sector : node->unsynced_sectors) {
            if (keeps == CrashKeeps::kNothing) break;
            if (sector / unit != last_unit) is_kept = xorshift(random) % 8 < kept_in_eight;
            last_unit = sector / unit;
            const std::uint64_t at = sector * kSectorBytes;
            if ((!is_kept && keeps != CrashKeeps::kEverything) || at >= node->now.size()) continue;
            const auto part = std::min<std::uint64_t>(kSectorBytes, node->now.size() - at);
            if (bytes.size() < at + part) bytes.resize(at + part);
            bytes.replace(at, part, node->now, at, part);
        }
        auto copy = std::make_shared<Node>();
        copy->now = bytes;
        copy->synced = std::move(bytes);
        after->names_[name] = copy;
    }
    after->synced_names_ = after->names_;
    after->directories_ = directories_;
    return after;
}

void FaultyFileSystem::set_fault(std::optional<Fault> fault) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
}

void FaultyFileSystem::set_ignores_syncs(bool ignores) {
    const std::lock_guard lock(mutex_);
    ignores_syncs_ = ignores;
}

void FaultyFileSystem::set_sync_hook(std::function<void()> hook) {
    const std::lock_guard lock(mutex_);
    sync_hook_ = std::move(hook);
}

std::uint64_t FaultyFileSystem::changing_calls() const {
    const std::lock_guard lock(mutex_);
    return changing_calls_;
}

std::string FaultyFileSystem::bytes_of(const std::filesystem::path& path) const {
    const std::lock_guard lock(mutex_);
    auto found = names_.find(path.string());
    return found == names_.end() ? std::string() : found->second->now;
}

void FaultyFileSystem::replace(const std::filesystem::path& path, std::string bytes) {
    const std::lock_guard lock(mutex_);
    auto node = std::make_shared<Node>();
    node->now = bytes;
    node->synced = std::move(bytes);
    names_[path.string()] = node;
    synced_names_[path.string()] = node;
}

std::map<std::string, std::string> FaultyFileSystem::contents() const {
    const std::lock_guard lock(mutex_);
    std::map<std::string, std::string> all;
    for (const auto& [name, node] : names_)
        all[name] = node->now;
    return all;
}

}  // namespace icelight::io::testing
