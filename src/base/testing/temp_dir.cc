#include "base/testing/temp_dir.h"

#include <cstdlib>
#include <string>

#include "base/check.h"

namespace icelight::testing {

TempDir::TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "icelight-XXXXXX").string();
    ICE_CHECK(::mkdtemp(pattern.data()) != nullptr, "no temporary directory");
    path_ = pattern;
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace icelight::testing
