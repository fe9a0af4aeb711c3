#include "base/testing/temp_dir.h"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <system_error>

#include "base/check.h"

namespace icelight::testing {

std::filesystem::path memory_root() {
    constexpr std::uintmax_t kRoomBytes = std::uintmax_t{1} << 30;
    const std::filesystem::path root = "/dev/shm";
    std::error_code error;
    const auto space = std::filesystem::space(root, error);
    const bool has_room = !error && space.available >= kRoomBytes;
    return has_room ? root : std::filesystem::temp_directory_path();
}

TempDir::TempDir() : TempDir(std::filesystem::temp_directory_path()) {}

TempDir::TempDir(const std::filesystem::path& root) {
    std::string pattern = (root / "icelight-XXXXXX").string();
    ICE_CHECK(::mkdtemp(pattern.data()) != nullptr, "no temporary directory");
    path_ = pattern;
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace icelight::testing
