#include "server/key_command.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "app/key_store.h"
#include "base/clock.h"
#include "http/target.h"
#include "server/command/server_client.h"
#include "server/config.h"
#include "server/data_directory.h"
#include "server/key_admin.h"

namespace icelight::server {
namespace {

namespace json = boost::json;

tl::unexpected<Error> refuse(const std::string& why) {
    return fail(ErrorCode::kInvalidArgument, why + "\n\nusage: icelight\n" + kKeyCommandUsage);
}

/// Words and flags of a command line. Every flag takes a value.
class Arguments {
public:
    static Result<Arguments> parse(const std::vector<std::string>& given) {
        Arguments out;
        for (std::size_t i = 0; i < given.size(); ++i) {
            const std::string& one = given[i];
            if (!one.starts_with("--")) {
                out.words_.push_back(one);
                continue;
            }
            const auto equals = one.find('=');
            if (equals != std::string::npos) {
                out.flags_.emplace_back(one.substr(2, equals - 2), one.substr(equals + 1));
            } else if (i + 1 < given.size()) {
                out.flags_.emplace_back(one.substr(2), given[++i]);
            } else {
                return refuse(one + " needs a value");
            }
        }
        return out;
    }

    Result<> allow(std::size_t words, std::initializer_list<std::string_view> flags) const {
        if (words_.size() != words)
            return refuse(words_.size() < words ? "something is missing" : "there is too much");
        for (const auto& [name, value] : flags_) {
            bool is_known = name == "data" || name == "server" || name == "token";
            for (const auto flag : flags)
                is_known = is_known || flag == name;
            if (!is_known) return refuse("--" + name + " is no option of this command");
        }
        return {};
    }

    const std::vector<std::string>& words() const { return words_; }

    std::optional<std::string> find(std::string_view name) const {
        for (const auto& [flag, value] : flags_) {
            if (flag == name) return value;
        }
        return std::nullopt;
    }

    json::array all(std::string_view name) const {
        json::array values;
        for (const auto& [flag, value] : flags_) {
            if (flag == name) values.emplace_back(value);
        }
        return values;
    }

private:
    std::vector<std::string> words_;
    std::vector<std::pair<std::string, std::string>> flags_;
};

Result<KeyCall> make_source_add(const Arguments& arguments) {
    ICE_TRY(arguments.allow(2, {"id", "origin", "events-per-second", "ip-policy"}));
    json::object body;
    body["name"] = arguments.words()[1];
    if (auto id = arguments.find("id")) body["id"] = *id;
    if (auto policy = arguments.find("ip-policy")) body["ip_policy"] = *policy;
    if (auto origins = arguments.all("origin"); !origins.empty())
        body["allowed_origins"] = std::move(origins);
    if (auto rate = arguments.find("events-per-second")) {
        json::error_code error;
        const auto number = json::parse(*rate, error);
        if (error || !number.is_int64()) return refuse("--events-per-second: give a whole number");
        body["events_per_second_max"] = number.get_int64();
    }
    return KeyCall{.method = "POST", .path = {"sources"}, .body = json::serialize(body)};
}

Result<KeyCall> make_source_call(const Arguments& arguments) {
    const std::string verb = arguments.words().empty() ? "" : arguments.words()[0];
    if (verb == "add") return make_source_add(arguments);
    if (verb == "list") {
        ICE_TRY(arguments.allow(1, {}));
        return KeyCall{.method = "GET", .path = {"sources"}, .body = ""};
    }
    if (verb == "rotate") {
        ICE_TRY(arguments.allow(2, {"grace"}));
        json::object body;
        if (auto grace = arguments.find("grace")) {
            const auto grace_ms = find_duration_ms(*grace);
            if (!grace_ms) return refuse("--grace: give a time such as 0s, 30m or 24h");
            body["grace_seconds"] = *grace_ms / 1000;
        }
        return KeyCall{.method = "POST",
                       .path = {"sources", arguments.words()[1], "rotate"},
                       .body = json::serialize(body)};
    }
    if (verb == "disable" || verb == "enable") {
        ICE_TRY(arguments.allow(2, {}));
        return KeyCall{.method = "PATCH",
                       .path = {"sources", arguments.words()[1]},
                       .body = verb == "enable" ? R"({"enabled":true})" : R"({"enabled":false})"};
    }
    return refuse("source add, list, rotate, disable or enable?");
}

Result<json::object> read_limits(const Arguments& arguments) {
    json::object limits;
    for (const auto& [name, member] : app::kTokenLimits) {
        std::string flag(name);
        std::replace(flag.begin(), flag.end(), '_', '-');
        const auto text = arguments.find(flag);
        if (!text) continue;
        json::error_code error;
        limits[name] = json::parse(*text, error);
        if (error || !limits[name].is_int64()) return refuse("--" + flag + ": give a whole number");
    }
    return limits;
}

Result<KeyCall> make_token_call(const Arguments& arguments) {
    const std::string verb = arguments.words().empty() ? "" : arguments.words()[0];
    if (verb == "add") {
        ICE_TRY(arguments.allow(2,
                                {"role",
                                 "scope",
                                 "max-rows",
                                 "max-scanned-bytes",
                                 "max-reply-bytes",
                                 "max-memory-bytes",
                                 "max-time-ms",
                                 "max-queries"}));
        json::object body;
        body["name"] = arguments.words()[1];
        if (auto role = arguments.find("role")) body["role"] = *role;
        body["scopes"] = arguments.all("scope");
        ICE_ASSIGN(body["limits"], read_limits(arguments));
        return KeyCall{.method = "POST", .path = {"tokens"}, .body = json::serialize(body)};
    }
    if (verb == "list") {
        ICE_TRY(arguments.allow(1, {}));
        return KeyCall{.method = "GET", .path = {"tokens"}, .body = ""};
    }
    if (verb == "revoke") {
        ICE_TRY(arguments.allow(2, {}));
        return KeyCall{.method = "DELETE", .path = {"tokens", arguments.words()[1]}, .body = ""};
    }
    return refuse("token add, list or revoke?");
}

Result<std::string> ask(const std::string& url, const std::string& token, const KeyCall& call) {
    ICE_ASSIGN(const auto target, command::parse_target(url, token));
    std::string path = "/api";
    for (const auto& segment : call.path)
        path += "/" + http::encode_percent(segment);
    return command::ask_server(target, {.method = call.method, .path = path, .body = call.body});
}

/// On the directory itself, or on the server that holds it.
Result<std::string> run(const KeyCall& call,
                        const Arguments& arguments,
                        const command::Environment& environment) {
    const auto given = command::complete({.url = arguments.find("server").value_or(""),
                                          .data = arguments.find("data").value_or(""),
                                          .token = arguments.find("token").value_or("")},
                                         environment);
    if (!given.url.empty()) return ask(given.url, given.token, call);
    if (call.method != "POST" && !std::filesystem::exists(given.data)) {
        return fail(ErrorCode::kNotFound,
                    given.data +
                        ": there is no such data directory; name it with "
                        "--data, or a server with --server");
    }
    auto directory = DataDirectory::open(given.data);
    if (!directory && directory.error().code == ErrorCode::kAlreadyExists)
        return ask(DataDirectory::holder_of(given.data), given.token, call);
    if (!directory) return tl::unexpected(std::move(directory).error());
    ICE_ASSIGN(auto database, app::Database::open(directory->app_file(), system_clock()));
    ICE_ASSIGN(const auto store, app::KeyStore::open(database, system_clock()));
    return run_key_call(*store, call);
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::string describe_source(const json::object& source) {
    std::string line = fmt::format("{:<24} {:<9} {}",
                                   text_of(source, "id"),
                                   text_of(source, "enabled") == "true" ? "enabled" : "disabled",
                                   text_of(source, "name"));
    for (const auto& item : source.at("keys").as_array()) {
        const auto& key = item.as_object();
        const std::string end = text_of(key, "expires_at");
        line +=
            fmt::format("\n    {}…{}", text_of(key, "hint"), end.empty() ? "" : " until " + end);
    }
    return line + "\n";
}

std::string describe_token(const json::object& token) {
    std::string line = fmt::format(
        "{:<24} {:<8} {}…", text_of(token, "name"), text_of(token, "role"), text_of(token, "hint"));
    for (const auto& scope : token.at("scopes").as_array())
        line += " " + std::string(scope.as_string());
    if (const auto* limits = token.if_contains("limits")) {
        for (const auto& limit : limits->as_object())
            line += fmt::format(" {}={}", limit.key(), json::serialize(limit.value()));
    }
    return line + "\n";
}

CommandOutput describe(const json::object& answer) {
    CommandOutput said;
    if (const auto* key = answer.if_contains("write_key")) {
        said.out = std::string(key->as_string()) + "\n";
        said.note = "the write key, shown this once; SDKs that send it need nothing else\n";
    } else if (const auto* secret = answer.if_contains("secret")) {
        said.out = std::string(secret->as_string()) + "\n";
        said.note = "the token, shown this once; send it as Authorization: Bearer\n";
    } else if (const auto* sources = answer.if_contains("sources")) {
        for (const auto& source : sources->as_array())
            said.out += describe_source(source.as_object());
        if (said.out.empty()) said.note = "no sources yet: icelight source add NAME\n";
    } else if (const auto* tokens = answer.if_contains("tokens")) {
        for (const auto& token : tokens->as_array())
            said.out += describe_token(token.as_object());
        if (said.out.empty()) said.note = "no tokens yet: icelight token add NAME --role admin\n";
    } else {
        said.note = "done\n";
    }
    return said;
}

}  // namespace

Result<CommandOutput> run_key_command(std::string_view noun,
                                      const std::vector<std::string>& arguments,
                                      const command::Environment& environment) {
    ICE_ASSIGN(const auto parsed, Arguments::parse(arguments));
    ICE_ASSIGN(const auto call,
               noun == "source" ? make_source_call(parsed) : make_token_call(parsed));
    ICE_ASSIGN(const auto answer, run(call, parsed, environment));
    json::error_code error;
    const auto value = json::parse(answer, error);
    if (error || !value.is_object())
        return fail(ErrorCode::kUnavailable, "what answers there is no icelight of this version");
    return describe(value.get_object());
}

}  // namespace icelight::server
