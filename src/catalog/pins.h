#pragma once

#include <cstdint>
#include <mutex>
#include <set>

namespace icelight::catalog {

class PinRegistry;

/// Keeps what one reader may still need: log rows at or above offset(), and every file that was
/// reachable at epoch(). Ends with its destruction.
///
/// Thread safety: may be ended on another thread than it began. Lifetime: the registry outlives it.
class Pin {
public:
    Pin(Pin&& other) noexcept;
    Pin& operator=(Pin&& other) noexcept;
    Pin(const Pin&) = delete;
    Pin& operator=(const Pin&) = delete;
    ~Pin();

    std::uint64_t offset() const { return key_.offset; }

    std::uint64_t epoch() const { return key_.epoch; }

private:
    friend class PinRegistry;

    struct Key {
        std::uint64_t offset;
        std::uint64_t epoch;
    };

    Pin(PinRegistry* registry, Key key) : registry_(registry), key_(key) {}

    PinRegistry* registry_;
    Key key_;
};

/// The lowest thing any reader still needs; asked before log segments or files are deleted.
///
/// A pin is taken at the watermark W as published, before the reader asks for table locations, so
/// what the reader gets is at or above its pin. W is published after the commit and before the log
/// is released. Hence `release(lowest_offset())` never takes away what a pinned reader needs, even
/// when a pin is taken between the two calls: it lies at or above W.
///
/// Thread safety: all members, from any thread; each holds one mutex for a map operation.
class PinRegistry {
public:
    Pin pin();

    /// The lower of W and every pin's offset: log rows below may go.
    std::uint64_t lowest_offset() const;

    /// The lowest epoch of any pin, else the current one: files that became unreachable in an
    /// epoch <= this one are needed by no reader. epoch() grows by one with every commit.
    std::uint64_t lowest_epoch() const;

    std::uint64_t next_offset() const;  ///< W as published.
    std::uint64_t epoch() const;
    std::size_t count() const;

    /// Publishes a commit. Called by the catalog only. `next_offset` never goes down.
    void advance(std::uint64_t next_offset);

private:
    friend class Pin;
    void drop(const Pin::Key& key);

    // guarded by mutex_
    mutable std::mutex mutex_;
    std::multiset<std::uint64_t> offsets_;
    std::multiset<std::uint64_t> epochs_;
    std::uint64_t next_offset_ = 0;
    std::uint64_t epoch_ = 0;
};

}  // namespace icelight::catalog
