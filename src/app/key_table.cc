#include "app/key_table.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace icelight::app {
namespace {

constexpr std::size_t kAddressHashDigits = 16;

std::uint64_t first_word(const SecretHash& hash) {
    std::uint64_t word = 0;
    std::memcpy(&word, hash.data(), sizeof(word));
    return word;
}

template <class Map>
const typename Map::mapped_type* find_entry(const Map& map, const SecretHash& hash) {
    const auto [begin, end] = map.equal_range(first_word(hash));
    for (auto at = begin; at != end; ++at) {
        if (equal_constant_time(at->second.hash, hash)) return &at->second;
    }
    return nullptr;
}

}  // namespace

void KeyTable::add_source(Source source) {
    auto shared = std::make_shared<const Source>(std::move(source));
    sources_[shared->id] = shared;
}

void KeyTable::add_write_key(const WriteKey& key, const SecretHash& hash) {
    auto source = find_source(key.source_id);
    ICE_CHECK(source != nullptr, "a write key came before its source");
    keys_.emplace(first_word(hash), KeyEntry{hash, std::move(source), key.expires_at_us});
}

void KeyTable::add_token(Token token, const SecretHash& hash) {
    tokens_.emplace(first_word(hash),
                    TokenEntry{hash, std::make_shared<const Token>(std::move(token))});
}

std::shared_ptr<const Source> KeyTable::find_by_key(std::string_view secret,
                                                    TimestampUs now_us) const {
    if (keys_.empty()) return nullptr;
    const auto* entry = find_entry(keys_, hash_secret(key_, secret));
    return entry != nullptr && entry->is_valid_at(now_us) ? entry->source : nullptr;
}

std::shared_ptr<const Source> KeyTable::find_source(std::string_view id) const {
    const auto at = sources_.find(id);
    return at == sources_.end() ? nullptr : at->second;
}

std::shared_ptr<const Token> KeyTable::find_token(std::string_view secret) const {
    if (tokens_.empty()) return nullptr;
    const auto* entry = find_entry(tokens_, hash_secret(key_, secret));
    return entry != nullptr ? entry->token : nullptr;
}

bool KeyTable::has_usable_key(TimestampUs now_us) const {
    return std::ranges::any_of(keys_, [now_us](const auto& item) {
        return item.second.source->is_enabled && item.second.is_valid_at(now_us);
    });
}

std::string KeyTable::hash_address(std::string_view address) const {
    return encode_hex(hash_secret(key_, "address " + std::string(address)))
        .substr(0, kAddressHashDigits);
}

}  // namespace icelight::app
