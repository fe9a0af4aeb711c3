#include "engine/aggregate/aggregate_memory.h"

#include <new>

#include "base/check.h"

namespace icelight::engine {
namespace {

constexpr std::size_t kBlockBytes = 1u << 20;
/// Of a name's entry in the table or in a thread's cache.
constexpr std::size_t kNameBytesBeside = 96;

std::uint64_t next_generation() {
    static std::atomic<std::uint64_t> last = 0;
    return ++last;
}

/// The arena a thread used last: a thread works on one statement for long.
struct KnownArena {
    std::uint64_t generation = 0;
    AggregateArena* arena = nullptr;
};

thread_local KnownArena known_arena;

}  // namespace

void* AggregateArena::allocate_block(std::size_t bytes) {
    // A large piece gets a block of its own, so that the rest of the current one is not lost.
    const bool is_large = bytes > kBlockBytes / 4;
    const std::size_t block_bytes = is_large ? bytes : kBlockBytes;
    if (!memory_.charge(block_bytes)) return nullptr;
    char* const block = new (std::nothrow) char[block_bytes];
    if (block == nullptr) {
        memory_.discharge(block_bytes);
        return nullptr;
    }
    blocks_.emplace_back(block);
    if (is_large) return block;
    next_ = block + bytes;
    end_ = block + block_bytes;
    return block;
}

std::uint32_t AggregateArena::add_name(std::string_view name) {
    const auto interned = memory_.names().intern(name);
    if (interned.number == NameTable::kNone) return NameTable::kNone;
    const std::size_t bytes = kNameBytesBeside + (interned.is_new ? name.size() : 0);
    if (!memory_.charge(bytes)) return NameTable::kNone;
    names_.add(interned.text, interned.number);
    return interned.number;
}

AggregateMemory::AggregateMemory(std::uint64_t bytes_max)
    : bytes_max_(bytes_max), generation_(next_generation()) {}

void AggregateMemory::enter() {
    const std::lock_guard lock(mutex_);
    if (statements_++ == 0) is_cancelled_ = false;
}

void AggregateMemory::leave() {
    const std::lock_guard lock(mutex_);
    ICE_CHECK(statements_ > 0, "each leave() has its enter()");
    if (--statements_ > 0 || used_bytes_ == 0) return;
    arenas_.clear();
    sequence_specs_.clear();
    path_specs_.clear();
    names_.clear();
    used_bytes_ = 0;
    generation_ = next_generation();
}

AggregateArena& AggregateMemory::arena() {
    const std::uint64_t generation = generation_;
    if (known_arena.generation == generation) return *known_arena.arena;
    const std::lock_guard lock(mutex_);
    arenas_.push_back(std::make_unique<AggregateArena>(*this));
    known_arena = {generation, arenas_.back().get()};
    return *known_arena.arena;
}

bool AggregateMemory::charge(std::size_t bytes) {
    if (used_bytes_.fetch_add(bytes) + bytes <= bytes_max_) return true;
    used_bytes_ -= bytes;
    return false;
}

}  // namespace icelight::engine
