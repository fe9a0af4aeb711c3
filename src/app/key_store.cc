#include "app/key_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "app/telemetry.h"
#include "app/token_rows.h"
#include "base/ids.h"

namespace icelight::app {
namespace {

tl::unexpected<Error> no_such_source(Connection& connection, const std::string& id) {
    std::string known;
    if (auto sources = load_sources(connection)) {
        for (const auto& source : *sources)
            known += (known.empty() ? "" : ", ") + source.id;
    }
    return fail(
        ErrorCode::kNotFound,
        "no source '" + id + "'; " + (known.empty() ? "there is none yet" : "there are: " + known));
}

Result<> check_room(std::size_t count, std::size_t max, std::string_view noun) {
    if (count < max) return {};
    return fail(ErrorCode::kTooLarge, fmt::format("there are {} {} already, the most", max, noun));
}

}  // namespace

Result<std::unique_ptr<KeyStore>> KeyStore::open(Database& database, const Clock& clock) {
    ICE_ASSIGN(const std::string text, database.meta("hash_key"));
    HashKey key{};
    if (!decode_hex(text, key))
        return fail(ErrorCode::kCorruption, "app.db: meta.hash_key is not 64 hex digits");
    std::unique_ptr<KeyStore> store(new KeyStore(database, clock, key));
    ICE_TRY(store->reload());
    return store;
}

std::shared_ptr<const KeyTable> KeyStore::table() const {
    const std::lock_guard lock(mutex_);
    return table_;
}

Result<> KeyStore::reload() {
    auto table = std::make_shared<KeyTable>(key_);
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(auto sources, load_sources(connection));
        for (auto& source : sources)
            table->add_source(std::move(source));
        ICE_ASSIGN(const auto keys, load_write_keys(connection));
        for (const auto& stored : keys)
            table->add_write_key(stored.key, stored.hash);
        ICE_ASSIGN(auto tokens, load_tokens(connection));
        for (auto& stored : tokens)
            table->add_token(std::move(stored.token), stored.hash);
        return {};
    }));
    const std::lock_guard lock(mutex_);
    table_ = std::move(table);
    return {};
}

Result<> KeyStore::change(const std::function<Result<>(Connection&)>& work) {
    auto changed = database_.transact(work);
    if (!changed && changed.error().code != ErrorCode::kCommitStateUnknown) return changed;
    if (auto loaded = reload(); !loaded) {
        telemetry::keys_unreadable(loaded.error().message);
        return loaded;
    }
    return changed;
}

Result<std::vector<SourceListing>> KeyStore::sources() {
    std::vector<SourceListing> listings;
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(auto sources, load_sources(connection));
        ICE_ASSIGN(const auto keys, load_write_keys(connection));
        for (auto& source : sources) {
            SourceListing listing{.source = std::move(source), .keys = {}};
            for (const auto& stored : keys) {
                if (stored.key.source_id == listing.source.id) listing.keys.push_back(stored.key);
            }
            listings.push_back(std::move(listing));
        }
        return {};
    }));
    return listings;
}

IssuedKey KeyStore::make_key(const std::string& source_id, StoredKey& stored) const {
    std::string secret = make_secret(kWriteKeyPrefix);
    const TimestampUs now = clock_.now_us();
    stored = {.key = {.id = make_uuid_v7(now).text(),
                      .source_id = source_id,
                      .hint = make_hint(secret),
                      .created_at_us = now},
              .hash = hash_secret(key_, secret)};
    return {.source_id = source_id, .secret = std::move(secret)};
}

Result<IssuedKey> KeyStore::add_source(Source source) {
    ICE_TRY(check_source(source));
    ICE_ASSIGN(const std::string id, make_id(source.id.empty() ? source.name : source.id));
    if (!source.id.empty() && source.id != id) {
        return fail(ErrorCode::kInvalidArgument,
                    "id: lower-case letters, digits, '-' and '_' only, for example " + id);
    }
    source.id = id;
    source.created_at_us = clock_.now_us();
    StoredKey stored;
    IssuedKey issued = make_key(id, stored);
    ICE_TRY(change([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(const auto sources, load_sources(connection));
        ICE_TRY(check_room(sources.size(), kSourcesMax, "sources"));
        const bool is_taken =
            std::ranges::any_of(sources, [&id](const Source& other) { return other.id == id; });
        if (is_taken) {
            return fail(ErrorCode::kAlreadyExists,
                        "there is a source '" + id +
                            "' already; rotate its key, or give another "
                            "name or id");
        }
        ICE_TRY(store_source(connection, source));
        return insert_write_key(connection, stored);
    }));
    telemetry::keys_changed("source added", id);
    return issued;
}

Result<Source> KeyStore::source(const std::string& id) {
    Source source;
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(auto found, load_source(connection, id));
        if (!found) return no_such_source(connection, id);
        source = std::move(*found);
        return {};
    }));
    return source;
}

Result<> KeyStore::change_source(const Source& source) {
    ICE_TRY(check_source(source));
    ICE_TRY(change([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(const auto found, load_source(connection, source.id));
        if (!found) return no_such_source(connection, source.id);
        return store_source(connection, source);
    }));
    telemetry::keys_changed("source changed", source.id);
    return {};
}

Result<IssuedKey> KeyStore::rotate(const std::string& source_id, std::chrono::seconds grace) {
    if (grace.count() < 0 || grace > kGraceMax)
        return fail(ErrorCode::kInvalidArgument, "grace: 0 to 365 days");
    const TimestampUs now = clock_.now_us();
    const TimestampUs end = now + std::chrono::microseconds(grace).count();
    StoredKey stored;
    IssuedKey issued = make_key(source_id, stored);
    ICE_TRY(change([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(const auto found, load_source(connection, source_id));
        if (!found) return no_such_source(connection, source_id);
        ICE_TRY(expire_write_keys(connection, source_id, end));
        ICE_TRY(delete_expired_keys(connection, source_id, now));
        ICE_ASSIGN(const auto keys, load_write_keys(connection));
        const auto own = std::ranges::count_if(keys, [&source_id](const StoredKey& other) {
            return other.key.source_id == source_id;
        });
        ICE_TRY(check_room(static_cast<std::size_t>(own),
                           kWriteKeysPerSourceMax,
                           "keys of this source in their grace; rotate with grace 0"));
        return insert_write_key(connection, stored);
    }));
    telemetry::keys_changed("write key rotated", source_id);
    return issued;
}

Result<std::vector<Token>> KeyStore::tokens() {
    std::vector<Token> tokens;
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(auto stored, load_tokens(connection));
        for (auto& one : stored)
            tokens.push_back(std::move(one.token));
        return {};
    }));
    return tokens;
}

Result<IssuedToken> KeyStore::add_token(Token token) {
    ICE_TRY(check_token(token));
    std::string secret = make_secret(kTokenPrefix);
    token.created_at_us = clock_.now_us();
    token.id = make_uuid_v7(token.created_at_us).text();
    token.hint = make_hint(secret);
    ICE_TRY(change([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(const auto tokens, load_tokens(connection));
        ICE_TRY(check_room(tokens.size(), kTokensMax, "tokens"));
        const bool is_taken = std::ranges::any_of(
            tokens, [&token](const StoredToken& other) { return other.token.name == token.name; });
        if (is_taken) {
            return fail(ErrorCode::kAlreadyExists,
                        "there is a token '" + token.name + "' already; give another name");
        }
        return insert_token(connection, {.token = token, .hash = hash_secret(key_, secret)});
    }));
    telemetry::keys_changed("token added", token.id);
    return IssuedToken{.token = std::move(token), .secret = std::move(secret)};
}

Result<> KeyStore::revoke_token(const std::string& id) {
    ICE_TRY(change([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(const auto tokens, load_tokens(connection));
        for (const auto& stored : tokens) {
            if (stored.token.id != id && stored.token.name != id) continue;
            ICE_TRY(delete_token(connection, stored.token.id));
            return {};
        }
        return fail(ErrorCode::kNotFound, "no token '" + id + "'; list them for their ids");
    }));
    telemetry::keys_changed("token revoked", id);
    return {};
}

}  // namespace icelight::app
