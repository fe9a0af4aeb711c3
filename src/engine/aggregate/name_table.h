#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace icelight::engine {

/// Numbers for texts, the same for equal ones: what events remember of their names.
///
/// Bounded by kNamesMax and kNameBytesMax. Thread safety: all members but clear().
class NameTable {
public:
    static constexpr std::uint32_t kNone = 0xffff'ffff;
    static constexpr std::uint32_t kNamesMax = 1u << 20;
    static constexpr std::size_t kNameBytesMax = 64u << 10;

    struct Interned {
        std::uint32_t number = kNone;  ///< kNone: a bound is reached.
        std::string_view text;         ///< The table's own copy.
        bool is_new = false;
    };

    Interned intern(std::string_view name);

    /// Valid until clear().
    std::string_view text(std::uint32_t number) const;

    /// No other thread may be using the table.
    void clear();

private:
    mutable std::mutex mutex_;
    // guarded by mutex_
    std::deque<std::string> texts_;  ///< Never moved: the keys point into them.
    std::unordered_map<std::string_view, std::uint32_t> numbers_;
};

/// One thread's memory of a NameTable: nearly every row is answered without its lock.
///
/// Thread safety: none. Lifetime: the table's texts outlive it.
class NameCache {
public:
    std::uint32_t find(std::string_view name) const;

    void add(std::string_view text, std::uint32_t number);

private:
    struct Entry {
        std::string_view text;
        std::uint32_t hash = 0;
        std::uint32_t number = NameTable::kNone;
    };

    void place(const Entry& entry);

    std::vector<Entry> entries_;  ///< Open addressing; its size is a power of two.
    std::size_t count_ = 0;
};

}  // namespace icelight::engine
