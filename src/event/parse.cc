#include "event/parse.h"

#include <utility>

#include "base/check.h"
#include "event/body_reader.h"
#include "event/codec.h"
#include "event/json_text.h"
#include "event/limits.h"
#include "event/reject_builder.h"
#include "event/row_builder.h"

namespace icelight::event {

class Parser::Impl {
public:
    ParsedRequest parse(std::string body, const RequestFacts& facts) {
        body_ = std::move(body);
        RequestFacts own_facts = facts;
        facts_ = &own_facts;
        parsed_ = {};
        is_single_ = !facts.route_type.empty() || facts.path == Path::kReplay;
        const BodyVerdict verdict = reader_.read(body_, is_single_);
        if (verdict != BodyVerdict::kNotJson) read_write_key();
        const bool is_wanted =
            facts.name_source == nullptr || (*facts.name_source)(parsed_.write_key, own_facts);
        if (is_wanted) add_body(verdict);
        reader_.shrink();
        std::string().swap(body_);  // An assignment would keep its room.
        facts_ = nullptr;
        return std::exchange(parsed_, {});
    }

private:
    void add_body(BodyVerdict verdict) {
        switch (verdict) {
            case BodyVerdict::kOk:
                add_events();
                break;
            case BodyVerdict::kNotJson:
                refuse_body({"parse_failure", "", "Invalid JSON body"});
                break;
            case BodyVerdict::kNotAnObject:
                refuse_body({"type_mismatch", "", "Request body must be an object"});
                break;
            case BodyVerdict::kNoBatch:
                refuse_body({"missing_field", "batch", "batch must be a non-empty array"});
                break;
            case BodyVerdict::kTooManyEvents:
                refuse_size("batch has more than 10000 events");
                break;
        }
    }

    void read_write_key() {
        const Span quoted = reader_.write_key();
        if (quoted.is_empty() || quoted.bytes() > kWriteKeyBytesMax + 2) return;
        parsed_.write_key = unescape_json(reader_.text({quoted.begin + 1, quoted.end - 1}));
    }

    void add_events() {
        builder_.start(reader_, *facts_);
        if (builder_.envelope_copies_bytes_max() > kEnvelopeCopiesBytesMax) {
            refuse_size("the batch's context and integrations are too large for so many events");
            return;
        }
        const std::size_t count = reader_.events().size();
        parsed_.received = count;
        parsed_.row_refs.reserve(count);
        // A row is shorter than its event, nearly always.
        parsed_.rows.reserve(body_.size() + count * 64);
        for (std::size_t index = 0; index < count; ++index) {
            const auto refusal = builder_.build(index);
            if (refusal) {
                refuse_event(index, *refusal);
            } else {
                add_row();
            }
        }
    }

    void add_row() {
        const RowView& row = builder_.row();
        const std::size_t begin = parsed_.rows.size();
        encode_row(row, parsed_.rows);
        const auto fingerprint =
            make_fingerprint(*facts_->key, facts_->source_id, row.text(id::kMessageId));
        const auto bytes = static_cast<std::uint32_t>(parsed_.rows.size() - begin);
        parsed_.row_refs.push_back({fingerprint, bytes});
    }

    void refuse_event(std::size_t index, const Refusal& refusal) {
        const Span whole = reader_.events()[index].whole;
        reader_.undo_repairs(whole);
        RefusedBytes refused;
        refused.bytes = reader_.text(whole);
        if (!is_single_) refused.path = "batch[" + std::to_string(index) + "]";
        refused.message_id = builder_.message_id();
        add_reject(index, refused, refusal);
    }

    void refuse_body(const Refusal& refusal) {
        reader_.undo_repairs({0, static_cast<std::uint32_t>(body_.size())});
        parsed_.received = 1;
        parsed_.is_whole_request_bad = true;
        parsed_.request_error = refusal.message;
        RefusedBytes refused;
        refused.bytes = body_;
        add_reject(0, refused, refusal);
    }

    void refuse_size(std::string_view why) {
        parsed_.is_whole_request_bad = true;
        parsed_.is_too_large = true;
        parsed_.request_error = why;
    }

    void add_reject(std::size_t index, const RefusedBytes& refused, const Refusal& refusal) {
        parsed_.reject_bytes.push_back(append_reject(refused, refusal, *facts_, parsed_.rejects));
        EventError error;
        error.index = index;
        error.path = refused.path;
        error.code = refusal.type;
        error.message = refusal.message;
        parsed_.errors.push_back(std::move(error));
    }

    BodyReader reader_;
    RowBuilder builder_;
    // of the call
    std::string body_;
    const RequestFacts* facts_ = nullptr;
    bool is_single_ = false;
    ParsedRequest parsed_;
};

Parser::Parser() : impl_(std::make_unique<Impl>()) {}

Parser::~Parser() = default;
Parser::Parser(Parser&&) noexcept = default;
Parser& Parser::operator=(Parser&&) noexcept = default;

ParsedRequest Parser::parse(std::string body, const RequestFacts& facts) {
    ICE_CHECK(facts.key != nullptr, "rows need the key of their log");
    return impl_->parse(std::move(body), facts);
}

std::string make_replay_message_id(std::uint64_t replay_of, std::size_t index) {
    return "replay-" + std::to_string(replay_of) + "-" + std::to_string(index);
}

}  // namespace icelight::event
