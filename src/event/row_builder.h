#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "event/body_reader.h"
#include "event/flags.h"
#include "event/ingest_info.h"
#include "event/parse.h"
#include "event/row.h"
#include "event/shared_members.h"

namespace icelight::event {

/// Why an event cannot be a row. All texts are literals.
struct Refusal {
    std::string_view type;     ///< Column events__rejected.type.
    std::string_view member;   ///< The JSON member at fault, or "".
    std::string_view message;  ///< For people.
};

/// Makes rows of the events that a BodyReader found, one at a time.
///
/// Thread safety: none. Lifetime: the reader, its body and the facts outlive the use; a row's texts
/// live until the next call.
class RowBuilder {
public:
    /// Begins with the events of another request.
    void start(const BodyReader& reader, const RequestFacts& facts);

    /// What the envelope's copies in all events come to at most.
    std::size_t envelope_copies_bytes_max() const;

    /// @return empty: row() is the event's row.
    std::optional<Refusal> build(std::size_t index);

    const RowView& row() const { return row_; }

    /// The event's messageId as far as it could be read, also after a refusal.
    std::optional<std::string_view> message_id() const;

private:
    std::optional<Refusal> check_bounds(const EventSpans& event);
    std::optional<Refusal> read_texts(const EventSpans& event);
    std::optional<Refusal> check_members();
    bool read_text(Span value, int column, bool is_id);
    void reserve_unescaped(Span whole);
    std::string_view read_string(Span value);
    void read_json(const EventSpans& event);
    void set_times(const EventSpans& event);
    void set_extra(const EventSpans& event);
    void set_message_id(std::size_t index);
    void set_ingest_info(const EventSpans& event);
    void add_to_extra(std::string_view name, Span value);
    std::optional<TimestampUs> read_time(Span value);
    bool is_own_type_overruled(const EventSpans& event);

    const BodyReader* reader_ = nullptr;
    const RequestFacts* facts_ = nullptr;
    // of the request
    SharedMembers shared_context_;
    SharedMembers shared_integrations_;
    std::optional<TimestampUs> envelope_sent_at_;
    std::string envelope_library_;
    std::string envelope_user_agent_;
    std::string ip_json_;
    LibraryMemo libraries_;
    BotMemo bots_;
    // of the event
    bool has_escapes_ = true;
    RowView row_;
    IngestInfo info_;
    std::vector<char> unescaped_;
    std::size_t unescaped_used_ = 0;
    std::string message_id_;
    std::string context_;
    std::string integrations_;
    std::string extra_;
    std::string ingest_info_;
};

}  // namespace icelight::event
