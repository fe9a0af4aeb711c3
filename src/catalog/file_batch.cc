#include "catalog/file_batch.h"

#include <memory>
#include <utility>

#include "io/file_system.h"

namespace icelight::catalog {

Result<> FileBatch::write(const std::filesystem::path& path, std::string_view bytes) {
    ICE_ASSIGN(const auto file, files_.open(path, io::OpenMode::kCreateNew));
    written_.push_back(path);
    unsynced_directories_.insert(path.parent_path());
    ICE_TRY(file->write_at(0, bytes));
    return file->sync_all();
}

Result<> FileBatch::sync_directories() {
    for (const auto& directory : std::exchange(unsynced_directories_, {})) {
        ICE_TRY(files_.sync_directory(directory));
    }
    return {};
}

void FileBatch::take_back() {
    for (const auto& path : std::exchange(written_, {})) {
        const auto removed = files_.remove(path);
        static_cast<void>(removed);  // unreferenced: orphan removal finds it
    }
}

}  // namespace icelight::catalog
