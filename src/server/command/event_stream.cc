#include "server/command/event_stream.h"

#include <utility>

namespace icelight::server::command {

void EventStream::take(std::string_view bytes,
                       const std::function<void(const StreamMessage&)>& show) {
    unread_.append(bytes);
    std::size_t at = 0;
    for (std::size_t end = 0; (end = unread_.find('\n', at)) != std::string::npos; at = end + 1) {
        const std::string_view line = std::string_view(unread_).substr(at, end - at);
        if (!line.empty()) {
            take_line(line);
            continue;
        }
        const StreamMessage whole = std::exchange(message_, {});
        if (!whole.data.empty()) show(whole);
    }
    unread_.erase(0, at);
}

void EventStream::take_line(std::string_view line) {
    const auto colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    std::string_view value;
    if (colon != std::string_view::npos) value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name == "id") last_id_ = value;
    if (name == "event") message_.event = value;
    if (name == "data") {
        if (!message_.data.empty()) message_.data += '\n';
        message_.data += value;
    }
}

}  // namespace icelight::server::command
