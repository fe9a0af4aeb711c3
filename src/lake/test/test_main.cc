#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include <gmock/gmock.h>

#include "lake/flush/flush_worker.h"
#include "lake/fsck/file_probe.h"
#include "lake/test/fixture.h"

namespace {

/// Makes this process a bad worker when a row asks for it.
void obey(const icelight::event::RowView& row) {
    const std::string_view id = row.text(icelight::event::id::kMessageId);
    if (id.starts_with(icelight::lake::kCrashId)) ::_exit(3);
    if (id.starts_with(icelight::lake::kHangId)) {
        for (;;)
            ::pause();
    }
}

}  // namespace

/// The tests, or, called as the product calls itself, a lake worker.
int main(int argc, char** argv) {
    const bool is_worker = argc == 3 && std::string_view(argv[1]) == "worker";
    if (is_worker && std::string_view(argv[2]) == "probe")
        return icelight::lake::run_probe_worker();
    if (is_worker) return icelight::lake::run_lake_worker(obey);
    ::testing::InitGoogleMock(&argc, argv);
    return RUN_ALL_TESTS();
}
