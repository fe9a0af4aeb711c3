#include "event/shared_members.h"

#include "event/json_text.h"

namespace icelight::event {
namespace {

std::size_t skip_space(std::string_view json, std::size_t at) {
    while (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')
        ++at;
    return at;
}

/// The offset past the value that begins at `at`, inside an object.
std::size_t find_value_end(std::string_view json, std::size_t at) {
    std::size_t depth = 0;
    std::size_t end = at;
    for (;;) {
        const char c = json[at];
        const bool is_close = c == '}' || c == ']';
        if (depth == 0 && (is_close || c == ',')) return end;
        if (c == '"') {
            at = find_string_end(json, at);
            end = at;
            continue;
        }
        if (c == '{' || c == '[') ++depth;
        if (is_close) --depth;
        ++at;
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') end = at;
    }
}

/// Calls on_member(name, text) for the members of a validated JSON object.
template <class OnMember>
void for_each_member(std::string_view json, OnMember&& on_member) {
    std::size_t at = skip_space(json, 1);
    while (json[at] != '}') {
        const std::size_t begin = at;
        const std::size_t name_end = find_string_end(json, at);
        const std::string_view inside = json.substr(begin + 1, name_end - begin - 2);
        at = skip_space(json, name_end);  // at the colon
        at = skip_space(json, at + 1);    // at the value
        const std::size_t end = find_value_end(json, at);
        on_member(unescape_json(inside), json.substr(begin, end - begin));
        at = skip_space(json, end);
        if (json[at] == ',') at = skip_space(json, at + 1);
    }
}

}  // namespace

void SharedMembers::reset(std::string_view json) {
    json_ = json;
    members_.clear();
    names_.clear();
    seen_in_.clear();
    round_ = 0;
    if (json.empty() || json.front() != '{') return;
    for_each_member(json, [this](std::string name, std::string_view text) {
        const auto [found, is_new] = names_.try_emplace(std::move(name), seen_in_.size());
        if (is_new) seen_in_.push_back(0);
        members_.push_back({text, found->second});
    });
}

void SharedMembers::append_missing(std::string_view own, std::string& out) {
    if (own.empty()) {
        out += json_;
        return;
    }
    out += own;
    if (own.front() != '{') return;
    ++round_;
    bool has_members = false;
    for_each_member(own, [&](const std::string& name, std::string_view) {
        has_members = true;
        const auto found = names_.find(name);
        if (found != names_.end()) seen_in_[found->second] = round_;
    });
    out.pop_back();
    for (const Member& member : members_) {
        if (seen_in_[member.name] == round_) continue;
        if (has_members) out += ',';
        out += member.text;
        has_members = true;
    }
    out += '}';
}

}  // namespace icelight::event
