#include "lake/flush_index.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "event/codec.h"

namespace icelight::lake {
namespace {

constexpr TimestampUs kDayUs = 86'400'000'000;

/// Numbers event names as they are seen, then by their order.
class EventNames {
public:
    std::uint32_t number_of(std::string_view name) {
        const auto [at, is_new] = numbers_.try_emplace(name, names_.size());
        if (is_new) names_.push_back(name);
        return at->second;
    }

    /// rank[number]: the place among all names in byte order.
    std::vector<std::uint32_t> ranks() const {
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

private:
    std::unordered_map<std::string_view, std::uint32_t> numbers_;
    std::vector<std::string_view> names_;
};

bool comes_before(const OrderKey& a, const OrderKey& b) {
    if (a.event_rank != b.event_rank) return a.event_rank < b.event_rank;
    if (a.timestamp != b.timestamp) return a.timestamp < b.timestamp;
    return a.item < b.item;
}

}  // namespace

std::int32_t day_of(TimestampUs timestamp) {
    const TimestampUs day = timestamp / kDayUs - (timestamp % kDayUs < 0 ? 1 : 0);
    return static_cast<std::int32_t>(day);
}

FlushIndex make_flush_index(std::span<const LogItem> rows) {
    FlushIndex index;
    EventNames names;
    for (std::uint32_t item = 0; item < rows.size(); ++item) {
        const auto order = event::decode_row_order(rows[item].bytes);
        if (!order) {
            index.undecodable.push_back(item);
            continue;
        }
        OrderKey key{kNoEvent, item, order->timestamp};
        if (const auto& event = order->event) key.event_rank = names.number_of(*event);
        index.days[day_of(rows[item].written_at_us)].push_back(key);
    }
    const std::vector<std::uint32_t> ranks = names.ranks();
    for (auto& [day, keys] : index.days) {
        for (OrderKey& key : keys)
            if (key.event_rank != kNoEvent) key.event_rank = ranks[key.event_rank];
        std::sort(keys.begin(), keys.end(), comes_before);
    }
    return index;
}

}  // namespace icelight::lake
