#include "catalog/sqlite/client/request_rows.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

namespace icelight::catalog::sqlite {

namespace {

constexpr char kListMark = '\x1e';
constexpr char kKeyMark = '\x1f';
/// Before the code and the message of a request that was refused.
constexpr char kRefusalMark = '\x1d';
constexpr char kRefusalCodeBase = 'A';

std::string encode_keys(const std::vector<std::string>& keys) {
    return fmt::format("{}", fmt::join(keys, std::string(1, kKeyMark)));
}

std::string encode_reply(const PropertyChanges& changes) {
    return encode_keys(changes.updated) + kListMark + encode_keys(changes.removed) + kListMark +
           encode_keys(changes.missing);
}

/// The next piece of `text` up to `mark`, which is cut off.
std::string take_piece(std::string& text, char mark) {
    const auto end = text.find(mark);
    std::string piece = text.substr(0, end);
    text.erase(0, end == std::string::npos ? end : end + 1);
    return piece;
}

std::vector<std::string> decode_keys(std::string text) {
    std::vector<std::string> keys;
    while (!text.empty())
        keys.push_back(take_piece(text, kKeyMark));
    return keys;
}

PropertyChanges decode_reply(std::string text) {
    PropertyChanges changes;
    changes.updated = decode_keys(take_piece(text, kListMark));
    changes.removed = decode_keys(take_piece(text, kListMark));
    changes.missing = decode_keys(std::move(text));
    return changes;
}

/// The error of a text that holds one.
std::optional<Error> decode_refusal(const std::string& text) {
    if (text.size() < 2 || text[0] != kRefusalMark) return std::nullopt;
    return Error{static_cast<ErrorCode>(text[1] - kRefusalCodeBase), text.substr(2)};
}

Result<> store(Connection& connection,
               const RequestKey& key,
               const std::string& reply,
               TimestampUs now_us) {
    ICE_ASSIGN(auto old,
               Statement::prepare(connection, "DELETE FROM requests WHERE created_at_us < ?"));
    ICE_TRY(old.bind(now_us - kRequestKeySeconds * 1'000'000).run());
    ICE_ASSIGN(
        auto statement,
        Statement::prepare(connection, "INSERT OR IGNORE INTO requests VALUES (?, ?, ?, ?)"));
    return statement.bind(key.key).bind(key.digest).bind(reply).bind(now_us).run();
}

}  // namespace

Result<std::optional<ClientReply>> find_request(Connection& connection, const RequestKey& key) {
    ICE_ASSIGN(auto statement,
               Statement::prepare(connection, "SELECT digest, reply FROM requests WHERE key = ?"));
    ICE_ASSIGN(const bool has_row, statement.bind(key.key).step());
    if (!has_row) return std::nullopt;
    if (statement.text(0) != key.digest) {
        return fail(ErrorCode::kInvalidArgument,
                    "Idempotency-Key " + key.key + " was used for another request");
    }
    if (auto refusal = decode_refusal(statement.text(1))) {
        return tl::unexpected(std::move(*refusal));
    }
    ClientReply reply;
    reply.properties = decode_reply(statement.text(1));
    return reply;
}

Result<> store_request(Connection& connection,
                       const RequestKey& key,
                       const ClientReply& reply,
                       TimestampUs now_us) {
    return store(connection, key, encode_reply(reply.properties), now_us);
}

Result<> store_refusal(Connection& connection,
                       const RequestKey& key,
                       const Error& error,
                       TimestampUs now_us) {
    const auto code = static_cast<char>(kRefusalCodeBase + static_cast<char>(error.code));
    return store(connection, key, std::string{kRefusalMark, code} + error.message, now_us);
}

}  // namespace icelight::catalog::sqlite
