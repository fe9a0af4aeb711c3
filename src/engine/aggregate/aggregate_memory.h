#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/aggregate/name_table.h"
#include "engine/aggregate/spec.h"

namespace icelight::engine {

class AggregateMemory;

/// A thread's part of an AggregateMemory: takes small pieces from blocks.
class AggregateArena {
public:
    explicit AggregateArena(AggregateMemory& memory) : memory_(memory) {}

    AggregateArena(const AggregateArena&) = delete;
    AggregateArena& operator=(const AggregateArena&) = delete;

    /// Uninitialised, aligned to 8 bytes. Null: the memory's limit is reached.
    void* allocate(std::size_t bytes) {
        bytes = (bytes + 7) & ~std::size_t{7};
        if (bytes > static_cast<std::size_t>(end_ - next_)) return allocate_block(bytes);
        void* const piece = next_;
        next_ += bytes;
        return piece;
    }

    /// The name's number in AggregateMemory::names(); NameTable::kNone: a bound is reached.
    std::uint32_t number_of(std::string_view name) {
        const std::uint32_t known = names_.find(name);
        return known != NameTable::kNone ? known : add_name(name);
    }

private:
    void* allocate_block(std::size_t bytes);
    std::uint32_t add_name(std::string_view name);

    AggregateMemory& memory_;
    std::vector<std::unique_ptr<char[]>> blocks_;
    char* next_ = nullptr;
    char* end_ = nullptr;
    NameCache names_;
};

/// What the states of our aggregates point to, and what they share: the engine moves states by
/// bytes, does not always destroy them after an error, and counts nothing of what they hold. So
/// they own nothing; all of it is freed when no statement that may use it is left.
///
/// Bounded by `bytes_max` over all statements that run at a time. Thread safety: all members;
/// arena() gives each thread its own.
class AggregateMemory {
public:
    explicit AggregateMemory(std::uint64_t bytes_max);

    AggregateMemory(const AggregateMemory&) = delete;
    AggregateMemory& operator=(const AggregateMemory&) = delete;

    /// A statement begins; each enter() needs its leave(), after the engine dropped all states.
    void enter();
    void leave();

    /// The calling thread's arena; valid until the last leave().
    AggregateArena& arena();

    /// The specification that `text` spells, read once; valid until the last leave().
    ///
    /// @param parse  a function of spec.h.
    template <class Spec>
    Result<const Spec*> find_spec(std::string_view text, Result<Spec> (*parse)(std::string_view)) {
        const std::lock_guard lock(mutex_);
        for (const auto& known : specs<Spec>()) {
            if (known->first == text) return &known->second;
        }
        ICE_ASSIGN(Spec spec, parse(text));
        if (specs<Spec>().size() == kSpecsMax) {
            return fail(ErrorCode::kInvalidArgument, "too many different specifications");
        }
        specs<Spec>().push_back(
            std::make_unique<std::pair<std::string, Spec>>(std::string(text), std::move(spec)));
        return &specs<Spec>().back()->second;
    }

    /// The texts of paths; cleared by the last leave().
    NameTable& names() { return names_; }

    /// Counts `bytes` as used. False: the limit is reached, nothing was counted.
    bool charge(std::size_t bytes);

    void discharge(std::size_t bytes) { used_bytes_ -= bytes; }

    std::uint64_t used_bytes() const { return used_bytes_; }

    /// Makes the aggregates end with an error soon, until the next first enter().
    void cancel() { is_cancelled_ = true; }

    bool is_cancelled() const { return is_cancelled_.load(std::memory_order_relaxed); }

private:
    static constexpr std::size_t kSpecsMax = 64;

    template <class Spec>
    using Specs = std::vector<std::unique_ptr<std::pair<std::string, Spec>>>;

    template <class Spec>
    Specs<Spec>& specs() {
        if constexpr (std::is_same_v<Spec, SequenceSpec>) {
            return sequence_specs_;
        } else {
            return path_specs_;
        }
    }

    const std::uint64_t bytes_max_;
    std::atomic<std::uint64_t> used_bytes_ = 0;
    std::atomic<bool> is_cancelled_ = false;
    std::atomic<std::uint64_t> generation_;  ///< Of the arenas; unique among all memories.

    std::mutex mutex_;
    // guarded by mutex_
    std::size_t statements_ = 0;
    std::vector<std::unique_ptr<AggregateArena>> arenas_;
    Specs<SequenceSpec> sequence_specs_;
    Specs<PathSpec> path_specs_;

    NameTable names_;
};

/// Counts a statement in; see AggregateMemory::enter(). Does nothing without a memory.
class AggregateUse {
public:
    explicit AggregateUse(AggregateMemory* memory) : memory_(memory) {
        if (memory_ != nullptr) memory_->enter();
    }

    AggregateUse(const AggregateUse&) = delete;
    AggregateUse& operator=(const AggregateUse&) = delete;

    ~AggregateUse() {
        if (memory_ != nullptr) memory_->leave();
    }

private:
    AggregateMemory* memory_;
};

}  // namespace icelight::engine
