#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "wal/test/log_harness.h"

namespace icelight::wal::testing {

using io::testing::CrashKeeps;

inline constexpr CrashKeeps kKinds[] = {CrashKeeps::kNothing,
                                        CrashKeeps::kEverything,
                                        CrashKeeps::kSomePages,
                                        CrashKeeps::kSomeSectors};

/// What clients know: by row, the offset that was acknowledged, or none.
using Sent = std::map<std::string, std::optional<std::uint64_t>>;

struct Findings {
    int lost = 0;
    int invented = 0;
    int doubled = 0;
    int refused = 0;

    int total() const { return lost + invented + doubled + refused; }
};

/// Opens what the crash left and holds it against the ledger.
inline Findings check_after_crash(io::FileSystem& files, const Sent& ledger) {
    Findings found;
    auto log = open_log(files);
    if (!log) {
        found.refused = 1;
        return found;
    }
    const auto items = read_items(files, 0, (*log)->durable_offset());
    if (!items) {
        found.refused = 1;
        return found;
    }
    std::set<std::string> seen;
    for (const auto& [offset, item] : *items) {
        const std::string row = item.substr(2);
        found.doubled += seen.insert(row).second ? 0 : 1;
        found.invented += ledger.contains(row) ? 0 : 1;
    }
    for (const auto& [row, offset] : ledger) {
        if (!offset) continue;
        const auto at = items->find(*offset);
        found.lost += at == items->end() || at->second != "R:" + row ? 1 : 0;
        // A retry is answered as the duplicate it is.
        const auto again = append_now(**log, batch_of({row}));
        found.doubled += !again || !again->rows[0].is_duplicate ? 1 : 0;
    }
    return found;
}

}  // namespace icelight::wal::testing
