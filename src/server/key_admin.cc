#include "server/key_admin.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>

#include <boost/json.hpp>

#include "app/key_store.h"
#include "server/iso_text.h"

namespace icelight::server {
namespace {

namespace json = boost::json;

constexpr std::int64_t kGraceSeconds = 24LL * 3600;

tl::unexpected<Error> refuse(std::string message) {
    return fail(ErrorCode::kInvalidArgument, std::move(message));
}

/// The members of a JSON object by name and type; what nobody asked for is an
/// error.
class Members {
public:
    static Result<Members> parse(const std::string& body, std::span<const std::string_view> known) {
        json::error_code error;
        auto value = body.empty() ? json::value(json::object()) : json::parse(body, error);
        if (error || !value.is_object()) return refuse("Invalid JSON body: give an object");
        for (const auto& member : value.get_object()) {
            bool is_known = false;
            std::string names;
            for (const auto name : known) {
                is_known = is_known || name == std::string_view(member.key());
                names.append(names.empty() ? "" : ", ").append(name);
            }
            if (!is_known)
                return refuse(std::string(member.key()) + ": unknown; there are " + names);
        }
        return Members(std::move(value.get_object()));
    }

    Result<> read(std::string_view name, std::string& out) const {
        const auto* value = object_.if_contains(name);
        if (value == nullptr) return {};
        if (!value->is_string()) return refuse(std::string(name) + ": give a text");
        out = std::string(value->get_string());
        return {};
    }

    Result<> read(std::string_view name, std::int64_t& out) const {
        const auto* value = object_.if_contains(name);
        if (value == nullptr) return {};
        if (!value->is_int64()) return refuse(std::string(name) + ": give a whole number");
        out = value->get_int64();
        return {};
    }

    /// An object whose members are of kTokenLimits.
    Result<> read(std::string_view name, app::TokenLimits& out) const {
        const auto* value = object_.if_contains(name);
        if (value == nullptr) return {};
        if (!value->is_object()) return refuse(std::string(name) + ": give an object");
        for (const auto& member : value->get_object()) {
            const auto known = std::ranges::find(
                app::kTokenLimits, std::string_view(member.key()), &app::TokenLimitName::name);
            if (known == app::kTokenLimits.end())
                return refuse(std::string(name) + ": unknown: " + std::string(member.key()));
            if (!member.value().is_int64() || member.value().get_int64() < 1) {
                return refuse(std::string(name) + ": " + std::string(known->name) +
                              " is a whole number of at least 1");
            }
            out.*known->member = member.value().get_int64();
        }
        return {};
    }

    Result<> read(std::string_view name, bool& out) const {
        const auto* value = object_.if_contains(name);
        if (value == nullptr) return {};
        if (!value->is_bool()) return refuse(std::string(name) + ": give true or false");
        out = value->get_bool();
        return {};
    }

    Result<> read(std::string_view name, std::vector<std::string>& out) const {
        const auto* value = object_.if_contains(name);
        if (value == nullptr) return {};
        if (!value->is_array()) return refuse(std::string(name) + ": give an array of texts");
        out.clear();
        for (const auto& item : value->get_array()) {
            if (!item.is_string()) return refuse(std::string(name) + ": give an array of texts");
            out.emplace_back(item.get_string());
        }
        return {};
    }

private:
    explicit Members(json::object object) : object_(std::move(object)) {}

    json::object object_;
};

json::object json_of(const app::Source& source) {
    json::object out;
    out["id"] = source.id;
    out["name"] = source.name;
    out["enabled"] = source.is_enabled;
    json::array origins;
    for (const auto& origin : source.allowed_origins)
        origins.emplace_back(origin);
    out["allowed_origins"] = std::move(origins);
    out["events_per_second_max"] = source.events_per_second_max;
    out["ip_policy"] = app::ip_policy_name(source.ip_policy);
    out["created_at"] = iso_seconds(source.created_at_us);
    return out;
}

json::object json_of(const app::WriteKey& key) {
    json::object out;
    out["id"] = key.id;
    out["hint"] = key.hint;
    out["created_at"] = iso_seconds(key.created_at_us);
    out["expires_at"] =
        key.expires_at_us == 0 ? json::value() : json::value(iso_seconds(key.expires_at_us));
    return out;
}

json::object json_of(const app::Token& token) {
    json::object out;
    out["id"] = token.id;
    out["name"] = token.name;
    out["role"] = app::role_name(token.role);
    json::array scopes;
    for (const auto& scope : token.scopes)
        scopes.emplace_back(app::scope_text(scope));
    out["scopes"] = std::move(scopes);
    json::object limits;
    for (const auto& [name, member] : app::kTokenLimits) {
        if (token.limits.*member > 0) limits[name] = token.limits.*member;
    }
    out["limits"] = std::move(limits);
    out["hint"] = token.hint;
    out["created_at"] = iso_seconds(token.created_at_us);
    return out;
}

std::string answer_with(std::string_view name, json::value value) {
    json::object out;
    out["success"] = true;
    out[name] = std::move(value);
    return json::serialize(out);
}

Result<std::string> list_sources(app::KeyStore& store) {
    ICE_ASSIGN(const auto listings, store.sources());
    json::array sources;
    for (const auto& listing : listings) {
        json::object source = json_of(listing.source);
        json::array keys;
        for (const auto& key : listing.keys)
            keys.emplace_back(json_of(key));
        source["keys"] = std::move(keys);
        sources.emplace_back(std::move(source));
    }
    return answer_with("sources", std::move(sources));
}

Result<> read_source(const Members& members, app::Source& source) {
    std::string policy(app::ip_policy_name(source.ip_policy));
    ICE_TRY(members.read("name", source.name));
    ICE_TRY(members.read("enabled", source.is_enabled));
    ICE_TRY(members.read("allowed_origins", source.allowed_origins));
    ICE_TRY(members.read("events_per_second_max", source.events_per_second_max));
    ICE_TRY(members.read("ip_policy", policy));
    const auto found = app::find_ip_policy(policy);
    if (!found) return refuse("ip_policy: give keep, truncate, hash or remove");
    source.ip_policy = *found;
    return {};
}

Result<std::string> add_source(app::KeyStore& store, const std::string& body) {
    constexpr std::array<std::string_view, 6> kMembers = {
        "name", "id", "enabled", "allowed_origins", "events_per_second_max", "ip_policy"};
    ICE_ASSIGN(const auto members, Members::parse(body, kMembers));
    app::Source source;
    ICE_TRY(members.read("id", source.id));
    ICE_TRY(read_source(members, source));
    ICE_ASSIGN(auto issued, store.add_source(std::move(source)));
    ICE_ASSIGN(const auto stored, store.source(issued.source_id));
    json::object out;
    out["success"] = true;
    out["source"] = json_of(stored);
    out["write_key"] = issued.secret;
    return json::serialize(out);
}

Result<std::string> change_source(app::KeyStore& store,
                                  const std::string& id,
                                  const std::string& body) {
    constexpr std::array<std::string_view, 5> kMembers = {
        "name", "enabled", "allowed_origins", "events_per_second_max", "ip_policy"};
    ICE_ASSIGN(const auto members, Members::parse(body, kMembers));
    ICE_ASSIGN(auto source, store.source(id));
    ICE_TRY(read_source(members, source));
    ICE_TRY(store.change_source(source));
    return answer_with("source", json_of(source));
}

Result<std::string> rotate(app::KeyStore& store, const std::string& id, const std::string& body) {
    constexpr std::array<std::string_view, 1> kMembers = {"grace_seconds"};
    ICE_ASSIGN(const auto members, Members::parse(body, kMembers));
    std::int64_t grace = kGraceSeconds;
    ICE_TRY(members.read("grace_seconds", grace));
    ICE_ASSIGN(auto issued, store.rotate(id, std::chrono::seconds(grace)));
    json::object out;
    out["success"] = true;
    out["source_id"] = issued.source_id;
    out["write_key"] = issued.secret;
    return json::serialize(out);
}

Result<std::string> list_tokens(app::KeyStore& store) {
    ICE_ASSIGN(const auto tokens, store.tokens());
    json::array out;
    for (const auto& token : tokens)
        out.emplace_back(json_of(token));
    return answer_with("tokens", std::move(out));
}

Result<std::string> add_token(app::KeyStore& store, const std::string& body) {
    constexpr std::array<std::string_view, 4> kMembers = {"name", "role", "scopes", "limits"};
    ICE_ASSIGN(const auto members, Members::parse(body, kMembers));
    app::Token token;
    std::string role(app::role_name(token.role));
    std::vector<std::string> scopes;
    ICE_TRY(members.read("name", token.name));
    ICE_TRY(members.read("role", role));
    ICE_TRY(members.read("scopes", scopes));
    ICE_TRY(members.read("limits", token.limits));
    const auto found = app::find_role(role);
    if (!found) return refuse("role: give read, admin or catalog");
    token.role = *found;
    for (const auto& text : scopes) {
        ICE_ASSIGN(auto scope, app::parse_scope(text));
        token.scopes.push_back(std::move(scope));
    }
    ICE_ASSIGN(auto issued, store.add_token(std::move(token)));
    json::object out;
    out["success"] = true;
    out["token"] = json_of(issued.token);
    out["secret"] = issued.secret;
    return json::serialize(out);
}

}  // namespace

Result<std::string> run_key_call(app::KeyStore& store, const KeyCall& call) {
    const auto& path = call.path;
    const bool is_source = !path.empty() && path[0] == "sources";
    const bool is_token = !path.empty() && path[0] == "tokens";
    if (path.size() == 1 && call.method == "GET") {
        if (is_source) return list_sources(store);
        if (is_token) return list_tokens(store);
    }
    if (path.size() == 1 && call.method == "POST") {
        if (is_source) return add_source(store, call.body);
        if (is_token) return add_token(store, call.body);
    }
    if (path.size() == 2 && is_source && call.method == "PATCH")
        return change_source(store, path[1], call.body);
    if (path.size() == 3 && is_source && call.method == "POST" && path[2] == "rotate")
        return rotate(store, path[1], call.body);
    if (path.size() == 2 && is_token && call.method == "DELETE") {
        ICE_TRY(store.revoke_token(path[1]));
        return std::string(R"({"success":true})");
    }
    return fail(ErrorCode::kNotFound, "there is no such call");
}

}  // namespace icelight::server
