#include "event/row_builder.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/check.h"
#include "base/ids.h"
#include "event/client_time.h"
#include "event/json_text.h"
#include "event/limits.h"
#include "event/timestamps.h"

namespace icelight::event {
namespace {

constexpr std::array<std::string_view, 7> kTypes{
    "track", "identify", "page", "screen", "group", "alias", "merge"};

/// Fields that are texts, and their columns.
struct TextField {
    Field field;
    int column;
    bool is_id;  ///< Blank is the same as missing.
};

constexpr std::array<TextField, 9> kTextFields{{
    {Field::kMessageId, id::kMessageId, true},
    {Field::kType, id::kType, false},
    {Field::kUserId, id::kUserId, true},
    {Field::kAnonymousId, id::kAnonymousId, true},
    {Field::kEvent, id::kEvent, false},
    {Field::kName, id::kName, false},
    {Field::kGroupId, id::kGroupId, true},
    {Field::kPreviousId, id::kPreviousId, true},
    {Field::kCategory, id::kCategory, false},
}};

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\n\r") == std::string_view::npos;
}

/// An address can come from a header: only what is surely text may enter a column.
std::string ascii_json(std::string_view text) {
    constexpr std::size_t kIpBytesMax = 64;
    std::string clean(text.substr(0, kIpBytesMax));
    std::replace_if(
        clean.begin(), clean.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    std::string json;
    append_json_string(json, clean);
    return json;
}

}  // namespace

void RowBuilder::start(const BodyReader& reader, const RequestFacts& facts) {
    reader_ = &reader;
    facts_ = &facts;
    const EnvelopeSpans& envelope = reader.envelope();
    shared_context_.reset(reader.text(envelope.context.whole));
    shared_integrations_.reset(reader.text(envelope.integrations));
    has_escapes_ = true;
    auto read = [&](Span value) {
        reserve_unescaped(value);
        return value.is_empty() ? std::string() : std::string(read_string(value));
    };
    envelope_library_ = read(envelope.context.library_name);
    envelope_user_agent_ = read(envelope.context.user_agent);
    reserve_unescaped(envelope.sent_at);
    envelope_sent_at_ = read_time(envelope.sent_at);
    if (!envelope_sent_at_ && !facts.sent_at_header.empty()) {
        envelope_sent_at_ = find_timestamp(facts.sent_at_header);
    }
    ip_json_ = facts.remote_ip.empty() ? std::string() : ascii_json(facts.remote_ip);
}

std::size_t RowBuilder::envelope_copies_bytes_max() const {
    std::size_t bytes = 0;
    if (!shared_context_.is_empty()) bytes += shared_context_.bytes_max();
    if (!shared_integrations_.is_empty()) bytes += shared_integrations_.bytes_max();
    return bytes * reader_->events().size();
}

std::optional<Refusal> RowBuilder::build(std::size_t index) {
    const EventSpans& event = reader_->events()[index];
    row_.clear();
    info_ = {};
    reserve_unescaped(event.whole);
    has_escapes_ = event.has_escapes;

    if (!event.is_object) return Refusal{"type_mismatch", "", "Event must be an object"};
    auto refusal = read_texts(event);
    if (auto bounds = check_bounds(event)) return bounds;
    if (refusal) return refusal;
    refusal = check_members();
    if (refusal) return refusal;

    read_json(event);
    set_times(event);
    set_extra(event);
    set_message_id(index);
    set_ingest_info(event);
    row_.set_text(id::kSourceId, facts_->source_id);
    return std::nullopt;
}

std::optional<std::string_view> RowBuilder::message_id() const {
    if (row_.is_null(id::kMessageId)) return std::nullopt;
    return row_.text(id::kMessageId);
}

std::optional<Refusal> RowBuilder::check_bounds(const EventSpans& event) {
    std::size_t bytes = event.whole.bytes();
    std::uint32_t depth = event.depth;
    const bool is_batch = !shared_context_.is_empty() || !shared_integrations_.is_empty();
    if (is_batch) {
        bytes += shared_context_.bytes_max() + shared_integrations_.bytes_max();
        depth = std::max(depth, reader_->envelope().depth);
    }
    if (bytes > kEventBytesMax) {
        return Refusal{"too_large", "", "Event is larger than 512 KiB"};
    }
    if (depth > kEventDepthMax) {
        return Refusal{"too_deep", "", "Event is nested deeper than 64 levels"};
    }
    return std::nullopt;
}

std::optional<Refusal> RowBuilder::read_texts(const EventSpans& event) {
    std::optional<Refusal> refusal;
    const bool has_route_type = !facts_->route_type.empty();
    for (const TextField& text : kTextFields) {
        const Span value = event.field(text.field);
        if (has_route_type && text.field == Field::kType) continue;
        if (value.is_empty() || read_text(value, text.column, text.is_id)) continue;
        if (!refusal) {
            refusal = Refusal{"type_mismatch",
                              field_name(text.field),
                              "Ids and names must be strings or numbers"};
        }
    }
    if (row_.text(id::kMessageId).size() > kMessageIdBytesMax) {
        row_.set_null(id::kMessageId);
        refusal = Refusal{"too_large", "messageId", "messageId is longer than 256 bytes"};
    }
    if (has_route_type) row_.set_text(id::kType, facts_->route_type);
    return refusal;
}

std::optional<Refusal> RowBuilder::check_members() {
    const std::string_view type = row_.text(id::kType);
    if (row_.is_null(id::kType)) return Refusal{"missing_field", "type", "Event must have a type"};
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
        return Refusal{
            "invalid_value",
            "type",
            "Event type must be one of track, identify, page, screen, group, alias, merge"};
    }
    if (row_.is_null(id::kUserId) && row_.is_null(id::kAnonymousId)) {
        return Refusal{"missing_field", "userId", "Event must have either userId or anonymousId"};
    }
    if (type == "track" && is_blank(row_.text(id::kEvent))) {
        return Refusal{"missing_field", "event", "Track event must have an event name"};
    }
    if (type == "group" && row_.is_null(id::kGroupId)) {
        return Refusal{"missing_field", "groupId", "Group event must have a groupId"};
    }
    if (type == "alias" && row_.is_null(id::kPreviousId)) {
        return Refusal{"missing_field", "previousId", "Alias event must have a previousId"};
    }
    return std::nullopt;
}

/// False when the value is neither a string nor a number.
bool RowBuilder::read_text(Span value, int column, bool is_id) {
    const std::string_view raw = reader_->text(value);
    const char first = raw.front();
    const bool is_string = first == '"';
    if (!is_string && first != '-' && (first < '0' || first > '9')) return false;
    const std::string_view text = is_string ? read_string(value) : raw;
    if (!is_id || !is_blank(text)) row_.set_text(column, text);
    return true;
}

/// Makes room for all strings inside `whole`, and once more for those that are read twice.
void RowBuilder::reserve_unescaped(Span whole) {
    unescaped_used_ = 0;
    const std::size_t bytes = std::size_t{2} * whole.bytes();
    if (unescaped_.size() < bytes) unescaped_.resize(bytes);
}

/// What a JSON string stands for; it lives until the next event.
std::string_view RowBuilder::read_string(Span value) {
    const std::string_view inside = reader_->text({value.begin + 1, value.end - 1});
    if (!has_escapes_ || inside.find('\\') == std::string_view::npos) return inside;
    ICE_CHECK(inside.size() <= unescaped_.size() - unescaped_used_, "too little was reserved");
    char* const begin = unescaped_.data() + unescaped_used_;
    const char* const end = unescape_json(inside, begin);
    const auto bytes = static_cast<std::size_t>(end - begin);
    unescaped_used_ += bytes;
    return {begin, bytes};
}

void RowBuilder::read_json(const EventSpans& event) {
    auto set = [this](int column, std::string_view json) {
        if (!json.empty()) row_.set_text(column, json);
    };
    set(id::kProperties, reader_->text(event.field(Field::kProperties)));

    const ContextSpans& shared = reader_->envelope().context;
    Span traits = event.field(Field::kTraits);
    if (traits.is_empty()) traits = event.context.traits;
    if (traits.is_empty()) traits = shared.traits;
    set(id::kTraits, reader_->text(traits));

    std::string_view context = reader_->text(event.context.whole);
    if (!shared_context_.is_empty()) {
        context_.clear();
        shared_context_.append_missing(context, context_);
        context = context_;
    }
    set(id::kContext, context);

    std::string_view integrations = reader_->text(event.field(Field::kIntegrations));
    if (!shared_integrations_.is_empty()) {
        integrations_.clear();
        shared_integrations_.append_missing(integrations, integrations_);
        integrations = integrations_;
    }
    set(id::kIntegrations, integrations);
}

std::optional<TimestampUs> RowBuilder::read_time(Span value) {
    if (value.is_empty()) return std::nullopt;
    const std::string_view raw = reader_->text(value);
    return raw.front() == '"' ? find_timestamp(read_string(value)) : find_unix_time(raw);
}

void RowBuilder::set_times(const EventSpans& event) {
    extra_.clear();
    auto read = [&](Field field) {
        const Span value = event.field(field);
        const auto time = read_time(value);
        if (!time && !value.is_empty()) add_to_extra(field_name(field), value);
        return time;
    };
    ClientTimes times;
    times.received_at = facts_->received_at;
    times.original_timestamp = read(Field::kOriginalTimestamp);
    // RudderStack's SDKs send the same text twice.
    const std::string_view original = reader_->text(event.field(Field::kOriginalTimestamp));
    const bool is_same = !original.empty() && times.original_timestamp &&
                         original == reader_->text(event.field(Field::kTimestamp));
    times.timestamp = is_same ? times.original_timestamp : read(Field::kTimestamp);
    times.sent_at = read(Field::kSentAt);
    if (!times.sent_at) times.sent_at = envelope_sent_at_;

    const Span library = event.context.library_name;
    Dialect dialect;
    dialect.path = facts_->path;
    dialect.library_name = library.is_empty() ? envelope_library_ : read_string(library);
    dialect.has_original_timestamp = !event.field(Field::kOriginalTimestamp).is_empty();
    dialect.has_server_channel = event.has_server_channel;
    times.rule = find_rule(dialect, libraries_.find_family(dialect.library_name));

    const ResolvedTime resolved = resolve_time(times);
    row_.set_number(id::kReceivedAt, facts_->received_at);
    row_.set_number(id::kTimestamp, resolved.timestamp);
    if (resolved.client_time) row_.set_number(id::kOriginalTimestamp, *resolved.client_time);
    if (times.sent_at) {
        row_.set_number(id::kSentAt, *times.sent_at);
        info_.skew_ms = (facts_->received_at - *times.sent_at) / 1'000;
    }
    info_.rule = times.rule;
    info_.is_clamped = resolved.is_clamped;
}

void RowBuilder::add_to_extra(std::string_view name, Span value) {
    extra_ += extra_.empty() ? '{' : ',';
    extra_ += '"';
    extra_ += name;
    extra_ += "\":";
    extra_ += reader_->text(value);
}

/// True when the path says another type than the event itself does.
bool RowBuilder::is_own_type_overruled(const EventSpans& event) {
    const Span type = event.field(Field::kType);
    if (facts_->route_type.empty() || type.is_empty()) return false;
    const std::string_view raw = reader_->text(type);
    return raw.front() != '"' || read_string(type) != facts_->route_type;
}

void RowBuilder::set_extra(const EventSpans& event) {
    if (is_own_type_overruled(event)) add_to_extra("type", event.field(Field::kType));
    for (std::uint32_t at = event.others_begin; at < event.others_end; ++at) {
        extra_ += extra_.empty() ? '{' : ',';
        extra_ += reader_->text(reader_->others()[at]);
    }
    if (extra_.empty()) return;
    extra_ += '}';
    row_.set_text(id::kExtra, extra_);
}

void RowBuilder::set_message_id(std::size_t index) {
    if (!row_.is_null(id::kMessageId)) return;
    message_id_ = facts_->replay_of ? make_replay_message_id(*facts_->replay_of, index)
                                    : make_uuid_v7(facts_->received_at).text();
    row_.set_text(id::kMessageId, message_id_);
}

void RowBuilder::set_ingest_info(const EventSpans& event) {
    const Span own_agent = event.context.user_agent;
    std::string_view agent = facts_->user_agent;
    if (!envelope_user_agent_.empty()) agent = envelope_user_agent_;
    if (!own_agent.is_empty()) agent = read_string(own_agent);
    info_.is_bot = bots_.is_bot(agent);
    info_.has_illegal_user_id = is_illegal_id(row_.text(id::kUserId));
    info_.has_illegal_anonymous_id = is_illegal_id(row_.text(id::kAnonymousId));
    info_.repaired = event.repairs + reader_->envelope().repairs;
    info_.ip = ip_json_;
    info_.replay_of = facts_->replay_of;
    ingest_info_.clear();
    append_ingest_info(info_, ingest_info_);
    row_.set_text(id::kIngestInfo, ingest_info_);
}

}  // namespace icelight::event
