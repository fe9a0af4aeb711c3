#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "base/check.h"

namespace icelight::lake {

/// Keeps copies of byte strings in large blocks, which stay for the next round: a worker that
/// flushes every few seconds would otherwise spend its time in page faults.
///
/// Thread safety: none. Lifetime: views live until clear().
class ByteArena {
public:
    static constexpr std::size_t kBlockBytes = 4u << 20;
    /// A longer string gets memory of its own: the end of a block that it does not fit into would
    /// be lost.
    static constexpr std::size_t kSharedBytesMax = kBlockBytes / 8;

    std::string_view copy(std::string_view bytes) {
        char* to = reserve(bytes.size());
        if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
        used_bytes_ += bytes.size();
        return {to, bytes.size()};
    }

    /// Forgets every view; keeps the blocks of common size.
    void clear() {
        large_.clear();
        next_block_ = 0;
        at_ = end_ = nullptr;
        used_bytes_ = 0;
    }

    std::size_t used_bytes() const { return used_bytes_; }

private:
    struct Free {
        void operator()(char* block) const { std::free(block); }
    };

    using Block = std::unique_ptr<char[], Free>;

    static constexpr std::size_t kHugePageBytes = 2u << 20;

    /// Huge pages, where the system has some: a flush reads the rows in the order of their file,
    /// and nearly each would miss the table of small pages.
    static Block make_block() {
        Block block(static_cast<char*>(std::aligned_alloc(kHugePageBytes, kBlockBytes)));
        ICE_CHECK(block != nullptr, "out of memory");
        ::madvise(block.get(), kBlockBytes, MADV_HUGEPAGE);
        return block;
    }

    char* reserve(std::size_t bytes) {
        if (bytes > kSharedBytesMax) {
            large_.push_back(std::make_unique<char[]>(bytes));
            return large_.back().get();
        }
        if (static_cast<std::size_t>(end_ - at_) < bytes) {
            if (next_block_ == blocks_.size()) {
                blocks_.push_back(make_block());
            }
            at_ = blocks_[next_block_++].get();
            end_ = at_ + kBlockBytes;
        }
        char* taken = at_;
        at_ += bytes;
        return taken;
    }

    std::vector<Block> blocks_;
    std::vector<std::unique_ptr<char[]>> large_;
    std::size_t next_block_ = 0;
    char* at_ = nullptr;
    char* end_ = nullptr;
    std::size_t used_bytes_ = 0;
};

}  // namespace icelight::lake
