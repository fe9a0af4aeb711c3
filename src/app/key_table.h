#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "app/secret.h"
#include "app/source.h"
#include "app/token.h"

namespace icelight::app {

/// Every source, write key and token at one moment.
///
/// Thread safety: immutable once filled; then from any thread, without a lock.
/// Lifetime: what it returns lives as long as somebody holds it.
class KeyTable {
public:
    explicit KeyTable(const HashKey& key) : key_(key) {}

    void add_source(Source source);
    /// Its source has been added.
    void add_write_key(const WriteKey& key, const SecretHash& hash);
    void add_token(Token token, const SecretHash& hash);

    /// The source that the write key `secret` belongs to, enabled or not; null: no key, or one
    /// whose time is over. @cost one keyed hash, one look-up.
    std::shared_ptr<const Source> find_by_key(std::string_view secret, TimestampUs now_us) const;

    std::shared_ptr<const Source> find_source(std::string_view id) const;

    std::shared_ptr<const Token> find_token(std::string_view secret) const;

    bool has_sources() const { return !sources_.empty(); }

    bool has_tokens() const { return !tokens_.empty(); }

    /// Whether anybody could send events: a key that is valid now, of a source that is enabled.
    bool has_usable_key(TimestampUs now_us) const;

    /// A short text that is the same for the same address and tells nothing of it.
    std::string hash_address(std::string_view address) const;

private:
    struct KeyEntry {
        SecretHash hash;
        std::shared_ptr<const Source> source;
        TimestampUs expires_at_us = 0;

        bool is_valid_at(TimestampUs now_us) const {
            return expires_at_us == 0 || now_us < expires_at_us;
        }
    };

    struct TokenEntry {
        SecretHash hash;
        std::shared_ptr<const Token> token;
    };

    struct TextHash {
        using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's

        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    // By the first 8 bytes of the hash: what a stranger cannot choose.
    std::unordered_multimap<std::uint64_t, KeyEntry> keys_;
    std::unordered_multimap<std::uint64_t, TokenEntry> tokens_;
    std::unordered_map<std::string, std::shared_ptr<const Source>, TextHash, std::equal_to<>>
        sources_;
    HashKey key_;
};

}  // namespace icelight::app
