#pragma once

#include <string>
#include <string_view>

/// What is noticed about an event and never a reason to refuse it.
namespace icelight::event {

/// An id that a client's code made by mistake, and that many unrelated users share: "null",
/// "undefined", "[object Object]", "0", the zero UUID and their like; any case, blanks around.
bool is_illegal_id(std::string_view id);

/// A user agent that says bot, crawler or spider, in any case.
bool is_bot(std::string_view user_agent);

/// is_bot() with a memory of one: the events of a batch tend to come from the same agent.
class BotMemo {
public:
    bool is_bot(std::string_view user_agent);

private:
    std::string last_;
    bool was_bot_ = false;
};

}  // namespace icelight::event
