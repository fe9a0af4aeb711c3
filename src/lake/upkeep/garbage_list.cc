#include "lake/upkeep/garbage_list.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "base/crc32c.h"
#include "io/file_system.h"

namespace icelight::lake {
namespace {

constexpr std::string_view kHeader = "icelight unreachable files 1 ";
constexpr std::size_t kListBytesMax = std::size_t{1} << 30;

std::string header_of(std::string_view lines) {
    return fmt::format("{}{:08x}\n", kHeader, crc32c(lines));
}

}  // namespace

GarbageList load_garbage(io::FileSystem& files, const std::filesystem::path& path) {
    const auto text = files.read_file(path, kListBytesMax);
    if (!text) return {};
    const std::size_t end = text->find('\n');
    if (end == std::string::npos) return {};
    std::string_view lines = std::string_view(*text).substr(end + 1);
    if (text->substr(0, end + 1) != header_of(lines)) return {};
    GarbageList garbage;
    while (!lines.empty()) {
        const std::string_view line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(line.size() + 1);
        std::int64_t age_ms = 0;
        const auto [stopped, error] =
            std::from_chars(line.data(), line.data() + line.size(), age_ms);
        if (error != std::errc{}) return {};
        const auto digits = static_cast<std::size_t>(stopped - line.data());
        garbage[std::string(line.substr(digits + 1))].age = std::chrono::milliseconds(age_ms);
    }
    return garbage;
}

Result<> store_garbage(io::FileSystem& files,
                       const std::filesystem::path& path,
                       const GarbageList& garbage) {
    std::string lines;
    for (const auto& [name, entry] : garbage) {
        // A name with a line break cannot be told; its file waits anew after a restart.
        if (name.find('\n') != std::string::npos) continue;
        lines += fmt::format("{} {}\n", entry.age.count(), name);
    }
    std::filesystem::path fresh = path;
    fresh += ".new";
    ICE_ASSIGN(const bool is_left, files.exists(fresh));
    if (is_left) {
        ICE_TRY(files.remove(fresh));
    }
    ICE_TRY(files.write_file_durably(fresh, header_of(lines) + lines));
    ICE_TRY(files.rename(fresh, path));
    return files.sync_directory(path.parent_path());
}

}  // namespace icelight::lake
