#pragma once

#include <cstdint>
#include <vector>

namespace icelight::lake {

/// Finds the row that kills every worker which touches it.
///
/// After three failures at one W the range is halved until it is one offset; what succeeds on the
/// way is committed. One offset that fails three times is tried as poison (unread, into the
/// rejects). If even that fails, not the row is to blame: the hunt starts over.
/// Thread safety: none.
class PoisonHunt {
public:
    static constexpr int kStrikesMax = 3;

    enum class Verdict : std::uint8_t {
        kAgain,     ///< The same range once more.
        kNarrowed,  ///< A smaller range.
        kPoison,    ///< The offset is poison: flush it as such.
        kHopeless,  ///< It fails whatever the rows: wait and begin anew.
    };

    /// Where the next flush of [from, durable) should end.
    std::uint64_t end_of(std::uint64_t from, std::uint64_t durable) const;

    /// Offsets to flush as poison, ascending.
    const std::vector<std::uint64_t>& poison() const { return poison_; }

    /// A flush of [from, to) was the rows' undoing.
    Verdict failed(std::uint64_t from, std::uint64_t to);

    /// Everything below `to` is committed.
    void succeeded(std::uint64_t to);

private:
    bool is_hunting() const { return end_ != 0; }

    std::uint64_t from_ = 0;
    int strikes_ = 0;
    std::uint64_t count_max_ = UINT64_MAX;
    std::uint64_t end_ = 0;  ///< The poison lies below; 0: no hunt.
    std::vector<std::uint64_t> poison_;
};

}  // namespace icelight::lake
