#include "lake/upkeep/table_directory.h"

#include "io/file_system.h"

namespace icelight::lake {
namespace {

/// Folders inside data/ and metadata/: partitions, and what foreign writers put there.
constexpr int kDepthMax = 16;

/// Of everything that is written here, only files have an extension.
bool is_file_name(const std::string& name) {
    return name.find('.') != std::string::npos && name.find('=') == std::string::npos;
}

Result<> list(io::FileSystem& files,
              const std::filesystem::path& directory,
              int depth,
              std::vector<std::string>& out) {
    const auto names = files.list(directory);
    if (!names) {
        // Not made yet, or a file without an extension.
        ICE_ASSIGN(const bool is_there, files.exists(directory));
        if (!is_there || depth > 0) return {};
        return tl::unexpected(names.error());
    }
    for (const std::string& name : *names) {
        if (is_file_name(name)) {
            out.push_back((directory / name).string());
        } else if (depth < kDepthMax) {
            ICE_TRY(list(files, directory / name, depth + 1, out));
        }
    }
    return {};
}

}  // namespace

Result<std::vector<std::string>> list_table_files(io::FileSystem& files,
                                                  const std::filesystem::path& directory) {
    std::vector<std::string> paths;
    for (const char* part : {"data", "metadata"}) {
        ICE_TRY(list(files, directory / part, 0, paths));
    }
    return paths;
}

}  // namespace icelight::lake
