#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "event/parse.h"

/// When an event happened, from what the client and the server say.
///
/// Two families of SDKs use the same members differently: RudderStack's put the client's clock into
/// `originalTimestamp` and a time that somebody chose into `timestamp`; Segment's put the client's
/// clock into `timestamp` and expect the server to take the skew out.
namespace icelight::event {

enum class Rule : std::uint8_t {
    kRudder,   ///< timestamp as sent; else received_at - (sent_at - originalTimestamp)
    kSegment,  ///< received_at - (sent_at - client's time); else client's time
    kPlain,    ///< timestamp as sent
};

/// "rudder", "segment", "plain"
std::string_view rule_name(Rule rule);

/// What an SDK gives itself away by.
struct Dialect {
    Path path = Path::kBatch;
    std::string_view library_name;  ///< context.library.name
    bool has_original_timestamp = false;
    /// `channel` is "server". RudderStack's Java and Python SDKs call their library by the names of
    /// Segment's and send no originalTimestamp, but this; Segment's server SDKs send no channel.
    bool has_server_channel = false;
};

/// Whose library a name says it is; kPlain for neither's.
Rule find_library_family(std::string_view library_name);

/// find_library_family() with a memory of one: the events of a batch tend to have the same library.
class LibraryMemo {
public:
    Rule find_family(std::string_view library_name);

private:
    std::string last_;
    Rule family_ = Rule::kPlain;
};

Rule find_rule(const Dialect& dialect, Rule library_family);

inline Rule find_rule(const Dialect& dialect) {
    return find_rule(dialect, find_library_family(dialect.library_name));
}

struct ClientTimes {
    Rule rule = Rule::kPlain;
    TimestampUs received_at = 0;
    std::optional<TimestampUs> original_timestamp;  ///< Each only if it could be read.
    std::optional<TimestampUs> timestamp;
    std::optional<TimestampUs> sent_at;
};

struct ResolvedTime {
    TimestampUs timestamp = 0;
    std::optional<TimestampUs> client_time;  ///< Column original_timestamp.
    bool is_clamped = false;  ///< Was over 24 h ahead, or no year of four digits: received_at.
};

ResolvedTime resolve_time(const ClientTimes& times);

}  // namespace icelight::event
