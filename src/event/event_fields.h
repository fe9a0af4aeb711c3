#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "event/json_walk.h"

namespace icelight::event {

/// The members of an event that have a column or decide one.
enum class Field : std::uint8_t {
    kMessageId,
    kType,
    kUserId,
    kAnonymousId,
    kEvent,
    kName,
    kProperties,
    kTraits,
    kContext,
    kTimestamp,
    kSentAt,
    kOriginalTimestamp,
    kGroupId,
    kPreviousId,
    kCategory,
    kIntegrations,
    kOther,  ///< Goes to `extra`; keep it last.
};

inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kOther);

/// The field of a top-level name, escapes resolved.
Field find_field(std::string_view name);

/// The name that field has in JSON.
std::string_view field_name(Field field);

/// What the server looks at inside a context.
struct ContextSpans {
    Span whole;         ///< Empty: no context, or null.
    Span traits;        ///< context.traits
    Span library_name;  ///< context.library.name, if it is a string, with its quotes.
    Span user_agent;    ///< context.userAgent, likewise.
};

/// Where in the body the parts of one event are.
struct EventSpans {
    Span whole;
    std::array<Span, kFieldCount> fields{};  ///< Values; empty when missing or null.
    ContextSpans context;
    std::uint32_t others_begin = 0;  ///< Range in BodyReader::others().
    std::uint32_t others_end = 0;
    std::uint32_t depth = 0;
    std::uint32_t repairs = 0;
    bool is_object = false;
    bool has_escapes = false;  ///< Some string in it has one.
    bool has_server_channel = false;

    Span field(Field field) const { return fields[static_cast<std::size_t>(field)]; }
};

/// What a batch says for all of its events.
struct EnvelopeSpans {
    ContextSpans context;
    Span integrations;
    Span sent_at;
    Span write_key;             ///< If it is a string, with its quotes.
    std::uint32_t depth = 0;    ///< As if its context and integrations stood in an event.
    std::uint32_t repairs = 0;  ///< In its context and integrations.
};

}  // namespace icelight::event
