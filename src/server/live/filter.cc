#include "server/live/filter.h"

#include <algorithm>

#include "event/columns.h"
#include "http/target.h"

namespace icelight::server::live {
namespace {

bool takes(const std::vector<std::string>& wanted, std::string_view value) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

}  // namespace

bool Filter::matches(const event::RowView& row) const {
    namespace id = event::id;
    const std::string_view event =
        row.is_null(id::kEvent) ? row.text(id::kName) : row.text(id::kEvent);
    return takes(types, row.text(id::kType)) && takes(events, event) &&
           takes(sources, row.text(id::kSourceId)) &&
           (takes(users, row.text(id::kUserId)) || takes(users, row.text(id::kAnonymousId)));
}

bool Filter::matches(const event::RejectView& reject) const {
    return types.empty() && events.empty() && users.empty() &&
           takes(sources, reject.text(event::rejected_id::kSourceId));
}

Result<Filter> parse_filter(std::string_view query) {
    const auto parameters = http::parse_query(query);
    if (!parameters || parameters->size() > kFilterValuesMax)
        return fail(ErrorCode::kInvalidArgument, "the query is malformed or has over 64 values");
    Filter filter;
    for (const auto& [name, value] : *parameters) {
        if (name == "type") {
            filter.types.push_back(value);
        } else if (name == "event") {
            filter.events.push_back(value);
        } else if (name == "source") {
            filter.sources.push_back(value);
        } else if (name == "user") {
            filter.users.push_back(value);
        } else {
            return fail(ErrorCode::kInvalidArgument,
                        "Unknown filter; there are type, event, source and user");
        }
    }
    return filter;
}

}  // namespace icelight::server::live
