#include "engine/aggregate/name_table.h"

#include <functional>

namespace icelight::engine {
namespace {

constexpr std::size_t kEntriesMin = 64;

std::uint32_t hash_of(std::string_view text) {
    const std::uint64_t hash = std::hash<std::string_view>{}(text);
    return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

NameTable::Interned NameTable::intern(std::string_view name) {
    if (name.size() > kNameBytesMax) return {};
    const std::lock_guard lock(mutex_);
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) return {known->second, known->first, false};
    if (texts_.size() == kNamesMax) return {};
    const std::string& text = texts_.emplace_back(name);
    const auto number = static_cast<std::uint32_t>(texts_.size() - 1);
    numbers_.emplace(text, number);
    return {number, text, true};
}

std::string_view NameTable::text(std::uint32_t number) const {
    const std::lock_guard lock(mutex_);
    return texts_.at(number);
}

void NameTable::clear() {
    const std::lock_guard lock(mutex_);
    numbers_.clear();
    texts_.clear();
}

std::uint32_t NameCache::find(std::string_view name) const {
    if (entries_.empty()) return NameTable::kNone;
    const std::uint32_t hash = hash_of(name);
    const std::size_t last = entries_.size() - 1;
    for (std::size_t i = hash & last;; i = (i + 1) & last) {
        const Entry& entry = entries_[i];
        if (entry.number == NameTable::kNone) return NameTable::kNone;
        if (entry.hash == hash && entry.text == name) return entry.number;
    }
}

void NameCache::add(std::string_view text, std::uint32_t number) {
    if (2 * (count_ + 1) > entries_.size()) {
        std::vector<Entry> old;
        old.swap(entries_);
        entries_.resize(old.empty() ? kEntriesMin : 2 * old.size());
        for (const Entry& entry : old) {
            if (entry.number != NameTable::kNone) place(entry);
        }
    }
    place({text, hash_of(text), number});
    ++count_;
}

void NameCache::place(const Entry& entry) {
    const std::size_t last = entries_.size() - 1;
    std::size_t i = entry.hash & last;
    while (entries_[i].number != NameTable::kNone) {
        i = (i + 1) & last;
    }
    entries_[i] = entry;
}

}  // namespace icelight::engine
