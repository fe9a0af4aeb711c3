#include "event/flags.h"

#include <algorithm>
#include <array>

#include "base/letter_case.h"

namespace icelight::event {
namespace {

constexpr std::array<std::string_view, 22> kIllegalIds{"0",
                                                       "id",
                                                       "na",
                                                       "n/a",
                                                       "nan",
                                                       "nil",
                                                       "null",
                                                       "none",
                                                       "true",
                                                       "false",
                                                       "email",
                                                       "guest",
                                                       "unknown",
                                                       "anonymous",
                                                       "undefined",
                                                       "\"undefined\"",
                                                       "distinctid",
                                                       "distinct_id",
                                                       "not_authenticated",
                                                       "[object object]",
                                                       "-1",
                                                       "00000000-0000-0000-0000-000000000000"};

constexpr std::size_t kUuidBytes = 36;
constexpr std::size_t kIllegalWordBytesMax = 17;

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
        text.remove_suffix(1);
    return text;
}

}  // namespace

bool is_illegal_id(std::string_view id) {
    id = trim(id);
    // Nearly every id is a UUID or longer than the words.
    const bool can_be_zero = id.size() == kUuidBytes && id.front() == '0';
    if (id.size() > kIllegalWordBytesMax && !can_be_zero) return false;
    return std::any_of(kIllegalIds.begin(), kIllegalIds.end(), [id](std::string_view illegal) {
        return equal_ignoring_case(id, illegal);
    });
}

bool is_bot(std::string_view user_agent) {
    constexpr std::array<std::string_view, 3> kWords{"bot", "crawler", "spider"};
    for (std::size_t at = 0; at < user_agent.size(); ++at) {
        const char first = small_letter(user_agent[at]);
        for (const std::string_view word : kWords) {
            if (first == word.front() &&
                equal_ignoring_case(user_agent.substr(at, word.size()), word)) {
                return true;
            }
        }
    }
    return false;
}

bool BotMemo::is_bot(std::string_view user_agent) {
    if (user_agent.empty()) return false;
    if (user_agent != last_) {
        last_ = user_agent;
        was_bot_ = event::is_bot(user_agent);
    }
    return was_bot_;
}

}  // namespace icelight::event
