#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace icelight::server::command {

/// One message of a stream (HTML standard, "Server-sent events").
struct StreamMessage {
    std::string event;
    std::string data;
};

/// Cuts a stream of server-sent events into messages. Lines end with LF, as ours do.
class EventStream {
public:
    /// Calls `show` for each message that `bytes` complete.
    void take(std::string_view bytes, const std::function<void(const StreamMessage&)>& show);

    /// For Last-Event-ID; empty before the first id.
    const std::string& last_id() const { return last_id_; }

private:
    void take_line(std::string_view line);

    std::string unread_;
    StreamMessage message_;
    std::string last_id_;
};

}  // namespace icelight::server::command
