#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "query/gate/gate.h"
#include "query/service.h"
#include "query/worker/protocol.h"

namespace icelight::query {

/// Longer answers are not kept.
inline constexpr std::size_t kCachedAnswerBytesMax = 1u << 20;

/// An answer and the moment from which it is: that of its admission.
struct CachedAnswer {
    std::string body;
    ReplyFacts facts;
    SteadyTime taken;

    /// The statement's tables and where they and the log stood; empty: the same again may give
    /// something else.
    struct Origin {
        Statement statement;
        ExecuteMessage inputs;
    };

    std::optional<Origin> origin;
};

/// What makes two requests the same question: the text without needless blanks, bound values,
/// format, row limit, which data, what the owner may have.
std::string cache_key(const Request& request);

/// Answers that were given: for those who take one that is a little old (Request::staleness_max),
/// and for everybody while nothing has changed since.
///
/// Bounded by bytes; the oldest go first. Thread safety: all members, from any thread.
class AnswerCache {
public:
    explicit AnswerCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

    /// The answer to the question, if there is one not older than `request` allows at `now` that
    /// also holds what X-Lake-After asks for.
    std::shared_ptr<const CachedAnswer> find(const Request& request, SteadyTime now) const;

    /// The newest answer to the question, however old.
    std::shared_ptr<const CachedAnswer> find_any(const Request& request) const;

    /// Keeps the answer instead of an older one to the same question.
    void store(const std::string& key, CachedAnswer answer);

    std::size_t bytes() const;

private:
    struct Entry {
        std::shared_ptr<const CachedAnswer> answer;
        std::uint64_t number = 0;  ///< Of the store() that put it here.
    };

    const std::size_t bytes_max_;
    // guarded by mutex_
    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::deque<std::pair<std::uint64_t, std::string>>
        order_;  ///< Oldest first; may name gone ones.
    std::size_t bytes_ = 0;
    std::uint64_t last_number_ = 0;
};

}  // namespace icelight::query
