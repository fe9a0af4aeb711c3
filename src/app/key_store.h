#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "app/database.h"
#include "app/key_table.h"
#include "app/source.h"
#include "app/source_rows.h"
#include "app/token.h"
#include "base/clock.h"
#include "base/result.h"

namespace icelight::app {

/// A source with its keys, as lists show it.
struct SourceListing {
    Source source;
    std::vector<WriteKey> keys;
};

/// A key or token that was just made: the only time its secret is known.
struct IssuedKey {
    std::string source_id;
    std::string secret;
};

struct IssuedToken {
    Token token;
    std::string secret;
};

/// Sources, write keys and tokens: kept in app.db, in force in memory.
///
/// A change is in force when the call returns; when its outcome is unknown, what the file says is
/// in force. Thread safety: table() from any thread; the rest from one thread at a time ("app" in
/// the server). Lifetime: database and clock outlive it.
class KeyStore {
public:
    /// Reads everything. @error as Database.
    static Result<std::unique_ptr<KeyStore>> open(Database& database, const Clock& clock);

    /// What is in force. One mutex is held to copy the pointer; what it points to needs none.
    std::shared_ptr<const KeyTable> table() const;

    Result<std::vector<SourceListing>> sources();

    /// Adds `source` (its id is made of the name when empty) with a first key.
    /// @error kInvalidArgument, kAlreadyExists, kTooLarge  (kSourcesMax)
    Result<IssuedKey> add_source(Source source);

    /// Replaces everything but id and creation time. @error kNotFound, kInvalidArgument
    Result<> change_source(const Source& source);
    /// The source as it is. @error kNotFound  names those that are there.
    Result<Source> source(const std::string& id);

    /// Adds a key; those before it work for another `grace`, at most kGraceMax.
    /// @error kNotFound, kInvalidArgument, kTooLarge  (kWriteKeysPerSourceMax)
    Result<IssuedKey> rotate(const std::string& source_id, std::chrono::seconds grace);

    Result<std::vector<Token>> tokens();
    /// @error kInvalidArgument, kAlreadyExists  (the name), kTooLarge  (kTokensMax)
    Result<IssuedToken> add_token(Token token);
    /// @param id  or the name. @error kNotFound
    Result<> revoke_token(const std::string& id);

    static constexpr std::chrono::seconds kGraceMax = std::chrono::hours(24 * 365);

private:
    KeyStore(Database& database, const Clock& clock, const HashKey& key)
        : database_(database), clock_(clock), key_(key) {}

    Result<> change(const std::function<Result<>(Connection&)>& work);
    Result<> reload();
    IssuedKey make_key(const std::string& source_id, StoredKey& stored) const;

    // constant after construction
    Database& database_;
    const Clock& clock_;
    const HashKey key_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::shared_ptr<const KeyTable> table_;
};

}  // namespace icelight::app
