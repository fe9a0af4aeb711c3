#include "lake/flush/flush_index.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "event/codec.h"

namespace icelight::lake {
namespace {

constexpr TimestampUs kDayUs = 86'400'000'000;

/// One pass of a radix sort: keys in the order of one byte, and as they were where it is equal.
/// Says false, and moves nothing, when all have the same byte.
template <class ByteOf>
bool order_by_byte(std::span<const OrderKey> from, std::span<OrderKey> to, const ByteOf& byte_of) {
    std::array<std::uint32_t, 256> places{};
    for (const OrderKey& key : from)
        ++places[byte_of(key)];
    if (places[byte_of(from.front())] == from.size()) return false;
    std::uint32_t place = 0;
    for (std::uint32_t& at : places)
        place += std::exchange(at, place);
    for (const OrderKey& key : from)
        to[places[byte_of(key)]++] = key;
    return true;
}

/// By event rank, timestamp, item. The items ascend already: a stable order keeps them so. Most
/// bytes of the ranks and of the times' differences are the same in all keys and cost one look.
void order_keys(std::vector<OrderKey>& keys) {
    const auto [earliest, latest] =
        std::minmax_element(keys.begin(), keys.end(), [](const OrderKey& a, const OrderKey& b) {
            return a.timestamp < b.timestamp;
        });
    const auto begin = static_cast<std::uint64_t>(earliest->timestamp);
    const std::uint64_t times = static_cast<std::uint64_t>(latest->timestamp) - begin;
    std::vector<OrderKey> other(keys.size());
    for (unsigned shift = 0; shift < 64 && times >> shift != 0; shift += 8) {
        const bool is_moved = order_by_byte(keys, other, [begin, shift](const OrderKey& key) {
            return ((static_cast<std::uint64_t>(key.timestamp) - begin) >> shift) & 0xff;
        });
        if (is_moved) keys.swap(other);
    }
    for (unsigned shift = 0; shift < 32; shift += 8) {
        const bool is_moved = order_by_byte(
            keys, other, [shift](const OrderKey& key) { return (key.event_rank >> shift) & 0xff; });
        if (is_moved) keys.swap(other);
    }
}

}  // namespace

std::int32_t day_of(TimestampUs timestamp) {
    const TimestampUs day = timestamp / kDayUs - (timestamp % kDayUs < 0 ? 1 : 0);
    return static_cast<std::int32_t>(day);
}

void FlushIndexBuilder::add(const LogItem& item) {
    const std::uint32_t place = count_++;
    const auto order = event::decode_row_order(item.bytes);
    if (!order) {
        index_.undecodable.push_back(place);
        return;
    }
    OrderKey key{kNoEvent, place, order->timestamp};
    if (const auto& event = order->event) key.event_rank = number_of(*event);
    index_.days[day_of(item.written_at_us)].push_back(key);
}

FlushIndex FlushIndexBuilder::finish() && {
    const std::vector<std::uint32_t> ranks = event_ranks();
    for (auto& [day, keys] : index_.days) {
        for (OrderKey& key : keys)
            if (key.event_rank != kNoEvent) key.event_rank = ranks[key.event_rank];
        order_keys(keys);
    }
    return std::move(index_);
}

std::uint32_t FlushIndexBuilder::number_of(std::string_view event) {
    const auto [at, is_new] = numbers_.try_emplace(event, names_.size());
    if (is_new) names_.push_back(event);
    return at->second;
}

std::vector<std::uint32_t> FlushIndexBuilder::event_ranks() const {
    std::vector<std::uint32_t> order(names_.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [this](std::uint32_t a, std::uint32_t b) {
        return names_[a] < names_[b];
    });
    std::vector<std::uint32_t> ranks(names_.size());
    for (std::uint32_t place = 0; place < order.size(); ++place)
        ranks[order[place]] = place;
    return ranks;
}

FlushIndex make_flush_index(std::span<const LogItem> items) {
    FlushIndexBuilder builder;
    for (const LogItem& item : items)
        builder.add(item);
    return std::move(builder).finish();
}

}  // namespace icelight::lake
