#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "wal/group.h"
#include "wal/identity.h"
#include "wal/ledger.h"
#include "wal/log.h"
#include "wal/window.h"

namespace icelight::io {
class File;
class FileSystem;
}  // namespace icelight::io

namespace icelight::wal {

/// A log that was found, or begun, and may be appended to.
struct Recovered {
    struct Unsealed {
        SegmentFile file;
        std::uint64_t end_offset = 0;
    };

    Recovered(const Options& options)  // NOLINT(google-explicit-constructor): aggregate in spirit
        : ledger(std::make_unique<Ledger>()),
          window(options.window_bytes_max, options.window_age) {}

    Identity identity;
    std::unique_ptr<Ledger> ledger;
    std::vector<Unsealed> unsealed;  ///< Sealed segments that still need a sidecar.
    std::unique_ptr<io::File> active;
    SegmentFile active_file;
    LogState state;
    std::uint64_t next_seq = 0;
    bool is_attested = true;  ///< A record says that everything is durable.
    Window window;
};

/// Finds out where the log stands, refuses what it must not touch, repairs a torn tail.
///
/// docs/formats/wal.md, "Recovery" and "Identity". Errors as Log::open().
Result<Recovered> recover(const Options& options,
                          io::FileSystem& files,
                          const Clock& clock,
                          const TableWatermark& watermark,
                          bool allow_new_log);

/// Begins segment `seq` in a spare that make_spare() made. Random salt.
SegmentHeader make_segment_header(const Options& options,
                                  const Uuid& log_uuid,
                                  std::uint64_t seq,
                                  const LogState& state);

}  // namespace icelight::wal
