#include "query/answer_cache.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include <fmt/format.h>

#include "base/bytes.h"
#include "query/worker/protocol.h"

namespace icelight::query {
namespace {

bool is_blank(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Without blanks and semicolons at its ends; inside, blanks become one where no quote or comment
/// can hold them.
std::string normal_text(std::string_view sql) {
    while (!sql.empty() && is_blank(sql.front()))
        sql.remove_prefix(1);
    while (!sql.empty() && (is_blank(sql.back()) || sql.back() == ';'))
        sql.remove_suffix(1);
    const bool is_plain = sql.find_first_of("'\"$") == std::string_view::npos &&
                          sql.find("--") == std::string_view::npos &&
                          sql.find("/*") == std::string_view::npos;
    if (!is_plain) return std::string(sql);
    std::string text;
    for (const char c : sql) {
        if (!is_blank(c)) {
            text += c;
        } else if (text.back() != ' ') {
            text += ' ';
        }
    }
    return text;
}

std::size_t bytes_of(const std::string& key, const CachedAnswer& answer) {
    return key.size() + answer.body.size() + answer.facts.columns_json.size();
}

}  // namespace

std::string cache_key(const Request& request) {
    const auto& limits = request.limits;
    auto key = fmt::format("{} {} {} {} {} {} {} ",
                           limits.rows_max,
                           limits.scanned_bytes_max,
                           limits.reply_bytes_max,
                           static_cast<int>(request.format),
                           request.rows_max,
                           request.is_committed_only,
                           request.as_of ? as_of_text(*request.as_of) : "");
    PrepareMessage question;
    question.sql = normal_text(request.sql);
    question.values = request.values;
    question.is_check = request.is_check;
    return key + encode_prepare(question);
}

std::shared_ptr<const CachedAnswer> AnswerCache::find(const Request& request,
                                                      SteadyTime now) const {
    const auto key = cache_key(request);
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    if (found == entries_.end()) return nullptr;
    const auto& answer = found->second.answer;
    if (now - answer->taken > request.staleness_max) return nullptr;
    if (request.after_offset && answer->facts.tail_to < *request.after_offset) return nullptr;
    return answer;
}

std::shared_ptr<const CachedAnswer> AnswerCache::find_any(const Request& request) const {
    const auto key = cache_key(request);
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(key);
    return found == entries_.end() ? nullptr : found->second.answer;
}

void AnswerCache::store(const std::string& key, CachedAnswer answer) {
    const std::size_t bytes = bytes_of(key, answer);
    if (answer.body.size() > kCachedAnswerBytesMax || bytes > bytes_max_) return;
    auto kept = std::make_shared<const CachedAnswer>(std::move(answer));
    const std::lock_guard lock(mutex_);
    auto& entry = entries_[key];
    if (entry.answer) bytes_ -= bytes_of(key, *entry.answer);
    entry = {std::move(kept), ++last_number_};
    bytes_ += bytes;
    order_.emplace_back(last_number_, key);
    while (bytes_ > bytes_max_ || order_.size() > 2 * entries_.size()) {
        const auto [number, oldest] = std::move(order_.front());
        order_.pop_front();
        const auto gone = entries_.find(oldest);
        if (gone == entries_.end() || gone->second.number != number) continue;
        // Still the newest answer to its question.
        if (bytes_ <= bytes_max_) {
            order_.emplace_back(number, oldest);
            continue;
        }
        bytes_ -= bytes_of(oldest, *gone->second.answer);
        entries_.erase(gone);
    }
}

std::size_t AnswerCache::bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
}

}  // namespace icelight::query
