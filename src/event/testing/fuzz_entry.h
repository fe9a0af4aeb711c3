#pragma once

#include <cstddef>
#include <cstdint>

namespace icelight::event::testing {

/// Parses any bytes as a batch and as single events, decodes what came out and aborts if a promise
/// is broken: counts that do not add up, rows that do not decode, columns that are no JSON.
/// Fits LLVMFuzzerTestOneInput.
int fuzz_parse(const std::uint8_t* data, std::size_t bytes);

}  // namespace icelight::event::testing
