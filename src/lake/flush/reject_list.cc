#include "lake/flush/reject_list.h"

#include <algorithm>

#include "event/codec.h"

namespace icelight::lake {

std::map<std::int32_t, std::vector<RejectItem>> make_reject_list(const LogRows& rows,
                                                                 const FlushIndex& index) {
    std::map<std::int32_t, std::vector<RejectItem>> days;
    const auto add = [&days](const LogItem& item, std::string_view failure) {
        days[day_of(item.written_at_us)].push_back({&item, failure});
    };
    event::RejectView reject;
    for (const LogItem& item : rows.rejects())
        add(item, event::decode_reject(item.bytes, reject) ? std::string_view{} : kUndecodable);
    for (const std::uint32_t item : index.undecodable)
        add(rows.rows()[item], kUndecodable);
    for (const LogItem& item : rows.poison())
        add(item, kPoison);
    for (auto& [day, items] : days) {
        std::sort(items.begin(), items.end(), [](const RejectItem& a, const RejectItem& b) {
            return a.item->offset < b.item->offset;
        });
    }
    return days;
}

}  // namespace icelight::lake
