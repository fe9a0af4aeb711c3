#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/frames.h"
#include "base/result.h"
#include "lake/flush/flush_job.h"

/// The frames between the server and a lake worker: one question, one answer, no version (both
/// ends are the same binary).
namespace icelight::lake {

enum class FrameType : std::uint8_t {
    kPlan = 1,     ///< Server: a FlushJob.
    kPlanned = 2,  ///< Worker: a FlushPlan.
    kWrite = 3,    ///< Server: a path for each planned file.
    kWritten = 4,  ///< Worker: the files, synced.
    kFailed = 5,   ///< Worker: an Error; it is ready for the next kPlan.
};

std::string encode_job(const FlushJob& job);
std::string encode_plan(const FlushPlan& plan);
std::string encode_paths(const std::vector<std::filesystem::path>& paths);
std::string encode_written(const std::vector<WrittenDataFile>& files);
std::string encode_error(const Error& error);

// Every decoder checks lengths and counts: a worker may be broken.
// @error kCorruption  not what the encoder writes.
Result<FlushJob> decode_job(std::string_view bytes);
Result<FlushPlan> decode_plan(std::string_view bytes);
Result<std::vector<std::filesystem::path>> decode_paths(std::string_view bytes);
Result<std::vector<WrittenDataFile>> decode_written(std::string_view bytes);
Error decode_error(std::string_view bytes);

}  // namespace icelight::lake
