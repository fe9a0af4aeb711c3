#include "http/router.h"

#include <utility>

#include "base/check.h"
#include "http/target.h"

namespace icelight::http {
namespace {

constexpr std::string_view kAnySegment = "{";

std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> segments;
    if (!path.empty() && path.front() == '/') path.remove_prefix(1);
    while (true) {
        const std::size_t slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

/// Empty: does not fit. An empty segment never stands for a parameter.
std::optional<std::vector<std::string>> match_segments(const std::vector<std::string>& pattern,
                                                       const std::vector<std::string>& segments) {
    if (pattern.size() != segments.size()) return std::nullopt;
    std::vector<std::string> parameters;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i] == kAnySegment) {
            if (segments[i].empty()) return std::nullopt;
            parameters.push_back(segments[i]);
        } else if (pattern[i] != segments[i]) {
            return std::nullopt;
        }
    }
    return parameters;
}

}  // namespace

void Router::add(Route route) {
    Entry& entry = entry_of(route.pattern);
    for (const Route& other : entry.routes)
        ICE_CHECK(other.method != route.method, "two routes for one method and path");
    entry.routes.push_back(std::move(route));
}

Router::Entry& Router::entry_of(const std::string& pattern) {
    if (pattern.find('{') == std::string::npos) return exact_[pattern];
    std::vector<std::string> segments;
    for (const std::string_view segment : split_path(pattern)) {
        const bool is_any = !segment.empty() && segment.front() == '{';
        segments.emplace_back(is_any ? kAnySegment : segment);
    }
    for (Entry& entry : patterns_)
        if (entry.segments == segments) return entry;
    patterns_.push_back(Entry{std::move(segments), {}});
    return patterns_.back();
}

Match Router::find(Method method, std::string_view path) const {
    Match match;
    if (const auto exact = exact_.find(std::string(path)); exact != exact_.end()) {
        match_entry(exact->second, method, match);
        return match;
    }
    std::vector<std::string> segments;
    for (const std::string_view segment : split_path(path)) {
        auto decoded = decode_percent(segment);
        if (!decoded) {
            match.is_malformed = true;
            return match;
        }
        segments.push_back(std::move(*decoded));
    }
    for (const Entry& entry : patterns_) {
        auto parameters = match_segments(entry.segments, segments);
        if (!parameters) continue;
        match_entry(entry, method, match);
        match.parameters = std::move(*parameters);
        return match;
    }
    return match;
}

void Router::match_entry(const Entry& entry, Method method, Match& match) {
    const Method wanted = method == Method::kHead ? Method::kGet : method;
    for (const Route& route : entry.routes) {
        match.allowed.add(route.method);
        match.family = route.family;
        if (route.method == wanted || route.method == method) match.route = &route;
    }
}

}  // namespace icelight::http
