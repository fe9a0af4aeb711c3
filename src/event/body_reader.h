#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "event/event_fields.h"
#include "event/json_walk.h"

namespace icelight::event {

enum class BodyVerdict : std::uint8_t {
    kOk,
    kNotJson,        ///< Also: empty, truncated, a byte order mark, something after the end.
    kNotAnObject,    ///< The batch's envelope is something else.
    kNoBatch,        ///< The envelope has no `batch`, or an empty one, or no array.
    kTooManyEvents,  ///< The rest of the body was not looked at.
};

/// Finds where the parts of a body are, and that all of it is JSON.
///
/// Thread safety: none. Lifetime: spans are offsets in the body and valid until it changes.
class BodyReader {
public:
    explicit BodyReader(std::size_t window_bytes = TokenIndex::kWindowBytes);

    /// @param body       repaired in place, see JsonWalk; stays where it is while the spans are
    /// used.
    /// @param is_single  the body is one event, not a batch of them.
    BodyVerdict read(std::string& body, bool is_single);

    const std::vector<EventSpans>& events() const { return events_; }

    /// Members that have no column, from the name's quote to the value's end.
    const std::vector<Span>& others() const { return others_; }

    const EnvelopeSpans& envelope() const { return envelope_; }

    /// The string `writeKey` of the envelope, else the last event's that has one; with its quotes,
    /// empty when there is none.
    Span write_key() const {
        return envelope_.write_key.is_empty() ? event_write_key_ : envelope_.write_key;
    }

    std::string_view text(Span span) const { return walk_.text(span); }

    /// Puts the bytes back that were sent, for events that are refused.
    void undo_repairs(Span span) { walk_.undo_repairs(span); }

    /// Gives large buffers back.
    void shrink();

private:
    bool read_batch_body();
    bool read_envelope_member(const Key& key);
    bool read_events();
    bool read_event();
    bool read_event_member(EventSpans& event, const Key& key);
    bool read_context(ContextSpans& context);
    bool read_context_member(ContextSpans& context, const Key& key);
    bool read_library(ContextSpans& context);
    bool read_string_only(Span& value);
    bool read_unless_null(Span& value);

    std::unique_ptr<TokenIndex> index_;
    JsonWalk walk_;
    std::vector<EventSpans> events_;
    std::vector<Span> others_;
    EnvelopeSpans envelope_;
    Span event_write_key_;
    bool has_batch_ = false;
    bool has_too_many_ = false;
};

}  // namespace icelight::event
