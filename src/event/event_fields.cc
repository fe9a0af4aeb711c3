#include "event/event_fields.h"

namespace icelight::event {
namespace {

struct Named {
    std::string_view name;
    Field field;
};

/// In the order of Field.
constexpr std::array<Named, kFieldCount> kNames{{
    {"messageId", Field::kMessageId},
    {"type", Field::kType},
    {"userId", Field::kUserId},
    {"anonymousId", Field::kAnonymousId},
    {"event", Field::kEvent},
    {"name", Field::kName},
    {"properties", Field::kProperties},
    {"traits", Field::kTraits},
    {"context", Field::kContext},
    {"timestamp", Field::kTimestamp},
    {"sentAt", Field::kSentAt},
    {"originalTimestamp", Field::kOriginalTimestamp},
    {"groupId", Field::kGroupId},
    {"previousId", Field::kPreviousId},
    {"category", Field::kCategory},
    {"integrations", Field::kIntegrations},
}};

Field match(std::string_view name, Field candidate) {
    return name == field_name(candidate) ? candidate : Field::kOther;
}

}  // namespace

// The length and at most three letters leave one candidate.
Field find_field(std::string_view name) {
    switch (name.size()) {
        case 4:
            return match(name, name[0] == 't' ? Field::kType : Field::kName);
        case 5:
            return match(name, Field::kEvent);
        case 6:
            if (name[0] == 'u') return match(name, Field::kUserId);
            return match(name, name[0] == 't' ? Field::kTraits : Field::kSentAt);
        case 7:
            return match(name, name[0] == 'c' ? Field::kContext : Field::kGroupId);
        case 8:
            return match(name, Field::kCategory);
        case 9:
            return match(name, name[0] == 'm' ? Field::kMessageId : Field::kTimestamp);
        case 10:
            return match(
                name, name[1] == 'r' && name[2] == 'o' ? Field::kProperties : Field::kPreviousId);
        case 11:
            return match(name, Field::kAnonymousId);
        case 12:
            return match(name, Field::kIntegrations);
        case 17:
            return match(name, Field::kOriginalTimestamp);
        default:
            return Field::kOther;
    }
}

std::string_view field_name(Field field) {
    return kNames[static_cast<std::size_t>(field)].name;
}

}  // namespace icelight::event
