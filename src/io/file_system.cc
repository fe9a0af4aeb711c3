#include "io/file_system.h"

#include <algorithm>
#include <utility>

namespace icelight::io {
namespace {

constexpr std::uint64_t kZerosBytes = 1 << 20;

}  // namespace

Result<> File::write_zeros_at(std::uint64_t offset, std::uint64_t bytes) {
    const std::string zeros(std::min<std::uint64_t>(bytes, kZerosBytes), '\0');
    while (bytes > 0) {
        const std::string_view part = std::string_view(zeros).substr(0, bytes);
        ICE_TRY(write_at(offset, part));
        offset += part.size();
        bytes -= part.size();
    }
    return {};
}

Result<std::string> FileSystem::read_file(const std::filesystem::path& path,
                                          std::size_t bytes_max) {
    ICE_ASSIGN(const auto file, open(path, OpenMode::kRead));
    ICE_ASSIGN(const std::uint64_t bytes, file->size());
    if (bytes > bytes_max) {
        return fail(ErrorCode::kTooLarge,
                    path.string() + ": " + std::to_string(bytes) + " bytes, at most " +
                        std::to_string(bytes_max));
    }
    std::string text(bytes, '\0');
    ICE_ASSIGN(const std::size_t got, file->read_at(0, text.data(), text.size()));
    text.resize(got);
    return text;
}

Result<> FileSystem::create_directories_durably(const std::filesystem::path& path) {
    // The topmost missing directory decides how far up names are new.
    std::vector<std::filesystem::path> parents_of_new;
    for (auto at = path; !at.empty() && at != at.root_path(); at = at.parent_path()) {
        ICE_ASSIGN(const bool is_there, exists(at));
        if (is_there) break;
        parents_of_new.push_back(at.has_parent_path() ? at.parent_path()
                                                      : std::filesystem::path("."));
    }
    ICE_TRY(create_directories(path));
    for (const auto& parent : parents_of_new) {
        ICE_TRY(sync_directory(parent));
    }
    return {};
}

Result<> FileSystem::write_file_durably(const std::filesystem::path& path, std::string_view bytes) {
    if (path.has_parent_path()) {
        ICE_TRY(create_directories_durably(path.parent_path()));
    }
    ICE_ASSIGN(const auto file, open(path, OpenMode::kCreateNew));
    ICE_TRY(file->write_at(0, bytes));
    ICE_TRY(file->sync_all());
    return sync_directory(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

}  // namespace icelight::io
