#pragma once

#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/testing/matchers.h"
#include "io/testing/faulty_file_system.h"
#include "wal/log.h"
#include "wal/reader.h"

/// What the log's tests share: small batches, waiting appends, reading everything back.
namespace icelight::wal::testing {

inline constexpr std::uint64_t kSmallSegmentBytes = 4096;

/// In a sync hook: is this the log's own thread, not the one that makes spares and sidecars?
inline bool is_log_thread() {
    char name[16] = {};
    ::pthread_getname_np(::pthread_self(), name, sizeof(name));
    return std::string(name) == "wal";
}

/// Until spare and sidecars are made: nothing changed the files for a while.
inline void wait_until_idle(const io::testing::FaultyFileSystem& files) {
    for (std::uint64_t calls = 0; calls != files.changing_calls();) {
        calls = files.changing_calls();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

inline Options small_options() {
    Options options;
    options.directory = "/log";
    options.segment_bytes = kSmallSegmentBytes;
    options.attest_after = std::chrono::milliseconds(3'600'000);
    options.retry_every = std::chrono::milliseconds(2);
    return options;
}

inline Fingerprint fingerprint_of(const std::string& id) {
    return make_fingerprint(FingerprintKey{}, "test", id);
}

inline void add_row(Batch& batch, const std::string& row) {
    batch.rows += row;
    batch.row_refs.push_back({fingerprint_of(row), static_cast<std::uint32_t>(row.size())});
}

inline void add_reject(Batch& batch, const std::string& reject) {
    batch.rejects += reject;
    batch.reject_bytes.push_back(static_cast<std::uint32_t>(reject.size()));
}

inline Batch batch_of(const std::vector<std::string>& rows,
                      const std::vector<std::string>& rejects = {}) {
    Batch batch;
    for (const auto& row : rows)
        add_row(batch, row);
    for (const auto& reject : rejects)
        add_reject(batch, reject);
    return batch;
}

inline std::future<Result<Appended>> append_later(Log& log, Batch batch) {
    auto promise = std::make_shared<std::promise<Result<Appended>>>();
    auto answer = promise->get_future();
    log.append(std::move(batch),
               deadline_in(std::chrono::seconds(60)),
               [promise](Result<Appended> appended) { promise->set_value(std::move(appended)); });
    return answer;
}

inline Result<Appended> append_now(Log& log, Batch batch) {
    return append_later(log, std::move(batch)).get();
}

inline Result<std::unique_ptr<Log>> open_log(io::FileSystem& files,
                                             const Options& options = small_options(),
                                             TableWatermark watermark = {},
                                             bool allow_new_log = false) {
    return Log::open(options, files, system_clock(), watermark, allow_new_log);
}

using Items = std::map<std::uint64_t, std::string>;

/// Offset to "R:row" or "X:reject" of [from, to).
inline Result<Items> read_items(Reader& reader, std::uint64_t from, std::uint64_t to) {
    Items items;
    ICE_TRY(reader.read(from, to, [&items](const RecordView& record) -> Result<> {
        record.for_each_item([&](std::uint64_t offset, std::string_view bytes) {
            const char* kind = record.kind == RecordKind::kRows ? "R:" : "X:";
            items[offset] = kind + std::string(bytes);
        });
        return {};
    }));
    return items;
}

inline Result<Items> read_items(io::FileSystem& files, std::uint64_t from, std::uint64_t to) {
    ICE_ASSIGN(auto reader, Reader::open("/log", files));
    return read_items(reader, from, to);
}

}  // namespace icelight::wal::testing
