// Any bytes as a batch and as single events; see event/testing/fuzz_entry.h for what is demanded.
#include "event/testing/fuzz_entry.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer looks for this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t bytes) {
    return icelight::event::testing::fuzz_parse(data, bytes);
}
