#include "event/body_reader.h"

#include <algorithm>

#include "event/limits.h"

namespace icelight::event {

BodyReader::BodyReader(std::size_t window_bytes)
    : index_(std::make_unique<TokenIndex>(window_bytes)) {}

BodyVerdict BodyReader::read(std::string& body, bool is_single) {
    events_.clear();
    others_.clear();
    envelope_ = {};
    event_write_key_ = {};
    has_batch_ = false;
    has_too_many_ = false;
    if (!walk_.start(body.data(), body.size(), *index_)) return BodyVerdict::kNotJson;

    const bool is_object = walk_.peek() == '{';
    Span value;
    bool is_json = false;
    if (is_single) {
        is_json = read_event();
    } else {
        is_json = is_object ? read_batch_body() : walk_.skip_value(value);
    }
    if (has_too_many_) return BodyVerdict::kTooManyEvents;
    if (!is_json || !walk_.is_at_end()) return BodyVerdict::kNotJson;
    if (is_single) return BodyVerdict::kOk;
    if (!is_object) return BodyVerdict::kNotAnObject;
    return has_batch_ && !events_.empty() ? BodyVerdict::kOk : BodyVerdict::kNoBatch;
}

bool BodyReader::read_batch_body() {
    Span whole;
    return walk_.walk_object(whole, [this](const Key& key) { return read_envelope_member(key); });
}

bool BodyReader::read_envelope_member(const Key& key) {
    const std::string_view name = walk_.name(key);
    if (name == "batch") return read_events();
    if (name == "sentAt") return read_unless_null(envelope_.sent_at);
    if (name == "writeKey") return read_string_only(envelope_.write_key);
    const bool is_context = name == "context";
    Span value;
    if (!is_context && name != "integrations") return walk_.skip_value(value);

    const std::size_t repairs = walk_.repairs();
    walk_.reset_deepest();
    const bool is_json =
        is_context ? read_context(envelope_.context) : read_unless_null(envelope_.integrations);
    envelope_.depth = std::max(envelope_.depth, walk_.deepest());
    envelope_.repairs += static_cast<std::uint32_t>(walk_.repairs() - repairs);
    return is_json;
}

bool BodyReader::read_events() {
    // The last `batch` wins.
    events_.clear();
    others_.clear();
    has_batch_ = walk_.peek() == '[';
    Span whole;
    if (!has_batch_) return walk_.skip_value(whole);
    return walk_.walk_array(whole, [this] {
        has_too_many_ = events_.size() == kBatchEventsMax;
        return !has_too_many_ && read_event();
    });
}

bool BodyReader::read_event() {
    EventSpans& event = events_.emplace_back();
    event.others_begin = static_cast<std::uint32_t>(others_.size());
    event.is_object = walk_.peek() == '{';
    walk_.reset_deepest();
    const std::uint32_t outside = walk_.depth();
    const std::size_t repairs = walk_.repairs();
    const std::uint32_t backslash = walk_.next_backslash();
    bool is_json = false;
    if (event.is_object) {
        is_json = walk_.walk_object(
            event.whole, [this, &event](const Key& key) { return read_event_member(event, key); });
    } else {
        is_json = walk_.skip_value(event.whole);
    }
    event.others_end = static_cast<std::uint32_t>(others_.size());
    event.depth = walk_.deepest() - outside;
    event.repairs = static_cast<std::uint32_t>(walk_.repairs() - repairs);
    event.has_escapes = backslash < event.whole.end;
    return is_json;
}

bool BodyReader::read_event_member(EventSpans& event, const Key& key) {
    const std::string_view name = walk_.name(key);
    const Field field = find_field(name);
    if (field == Field::kOther) {
        // A credential and not data: it must not reach `extra`.
        if (name == "writeKey") return read_string_only(event_write_key_);
        const bool is_channel = name == "channel";
        Span value;
        if (!walk_.skip_value(value)) return false;
        if (is_channel) event.has_server_channel = walk_.text(value) == "\"server\"";
        others_.push_back({key.inside.begin - 1, value.end});
        return true;
    }
    Span& value = event.fields[static_cast<std::size_t>(field)];
    if (field != Field::kContext) return read_unless_null(value);
    const bool is_json = read_context(event.context);
    value = event.context.whole;
    return is_json;
}

bool BodyReader::read_context(ContextSpans& context) {
    context = {};
    if (walk_.peek() != '{') return read_unless_null(context.whole);
    return walk_.walk_object(context.whole, [this, &context](const Key& key) {
        return read_context_member(context, key);
    });
}

bool BodyReader::read_context_member(ContextSpans& context, const Key& key) {
    const std::string_view name = walk_.name(key);
    if (name == "traits") return read_unless_null(context.traits);
    if (name == "library") return read_library(context);
    if (name == "userAgent") return read_string_only(context.user_agent);
    Span value;
    return walk_.skip_value(value);
}

bool BodyReader::read_library(ContextSpans& context) {
    context.library_name = {};
    Span value;
    if (walk_.peek() != '{') return walk_.skip_value(value);
    return walk_.walk_object(value, [this, &context](const Key& key) {
        if (walk_.name(key) == "name") return read_string_only(context.library_name);
        Span member;
        return walk_.skip_value(member);
    });
}

/// `value` becomes empty when what stands there is no string.
bool BodyReader::read_string_only(Span& value) {
    value = {};
    Span other;
    return walk_.skip_value(walk_.peek() == '"' ? value : other);
}

bool BodyReader::read_unless_null(Span& value) {
    const bool is_null = walk_.peek() == 'n';
    if (!walk_.skip_value(value)) return false;
    if (is_null) value = {};
    return true;
}

void BodyReader::shrink() {
    constexpr std::size_t kKeptWalkBytes = kKeptIndexBytesMax / 4;
    walk_.shrink(kKeptWalkBytes);
    constexpr std::size_t kKeptEvents = kKeptIndexBytesMax / sizeof(EventSpans);
    if (events_.capacity() > kKeptEvents) std::vector<EventSpans>().swap(events_);
    if (others_.capacity() > kKeptIndexBytesMax / sizeof(Span)) std::vector<Span>().swap(others_);
}

}  // namespace icelight::event
