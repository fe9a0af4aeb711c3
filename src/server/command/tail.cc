#include "server/command/tail.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <thread>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "http/response.h"
#include "http/target.h"
#include "server/command/event_stream.h"
#include "server/command/server_client.h"
#include "server/command/target_options.h"

namespace icelight::server::command {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kReconnectWait{1};

struct Options {
    TargetOptions server;
    std::vector<std::string> types;
    std::vector<std::string> events;
    std::vector<std::string> sources;
    std::vector<std::string> users;
    std::string after;
    std::uint64_t count = 0;  ///< 0: until interrupted.
    bool is_json = false;
};

void add_options(CLI::App& app, Options& options) {
    add_target_options(app, options.server);
    app.add_option("--type", options.types, "Only events of this type; may come again");
    app.add_option("--event", options.events, "Only events, pages or screens of this name");
    app.add_option("--source", options.sources, "Only events of this source");
    app.add_option("--user", options.users, "Only events of this userId or anonymousId");
    app.add_option("--after", options.after, "Begin behind this offset instead of now");
    app.add_option("--count", options.count, "Stop after so many messages");
    app.add_flag("--json", options.is_json, "One JSON object a line: {\"event\":…,\"data\":{…}}");
}

std::string make_path(const Options& options) {
    std::string query;
    const auto add = [&query](const char* name, const std::vector<std::string>& values) {
        for (const auto& value : values) {
            query += fmt::format(
                "{}{}={}", query.empty() ? "?" : "&", name, http::encode_percent(value));
        }
    };
    add("type", options.types);
    add("event", options.events);
    add("source", options.sources);
    add("user", options.users);
    return "/api/live" + query;
}

std::string text_of(const json::object& row, const char* name) {
    const auto* value = row.if_contains(name);
    if (value == nullptr) return {};
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

/// Follows one connection to its end. @return the status; the error's text goes to `refusal`.
Result<int> follow(const Target& target,
                   const Options& options,
                   EventStream& stream,
                   std::uint64_t& shown,
                   std::string& refusal) {
    Call call{.method = "GET", .path = make_path(options)};
    call.silence_max = std::chrono::seconds(0);
    const std::string& last = stream.last_id().empty() ? options.after : stream.last_id();
    if (!last.empty()) call.headers.emplace_back("Last-Event-ID", last);
    const auto is_done = [&] {
        return options.count > 0 && shown >= options.count;
    };
    const auto show = [&](const StreamMessage& message) {
        if (is_done()) return;
        ++shown;
        const std::string line = options.is_json ? fmt::format(R"({{"event":{},"data":{}}})",
                                                               http::quote_json(message.event),
                                                               message.data)
                                                 : describe_message(message);
        fmt::print("{}\n", line);
        std::fflush(stdout);
    };
    return call_server(target, call, [&](std::string_view bytes) {
        // A refusal is no stream: it is told when it is whole.
        refusal.append(bytes.substr(0, refusal.size() < 4096 ? 4096 - refusal.size() : 0));
        stream.take(bytes, show);
        return !is_done();
    });
}

int complain(const std::string& why) {
    fmt::print(stderr, "icelight: {}\n", why);
    return 1;
}

int tail(const Options& options) {
    auto target = find_target(options.server);
    if (!target) return complain(target.error().message);
    EventStream stream;
    std::uint64_t shown = 0;
    bool was_there = false;
    while (true) {
        std::string refusal;
        const auto status = follow(*target, options, stream, shown, refusal);
        if (options.count > 0 && shown >= options.count) return 0;
        const bool is_away = !status || *status == http::status::kUnavailable;
        if (!is_away && *status != http::status::kOk)
            return complain(refusal_of(*target, *status, refusal).message);
        if (is_away && !was_there) {
            return complain(
                (status ? refusal_of(*target, *status, refusal) : status.error()).message);
        }
        was_there = true;
        std::this_thread::sleep_for(kReconnectWait);
        // A server that was started again may have another port.
        auto found = find_target(options.server);
        if (found) target = std::move(found);
    }
}

}  // namespace

std::string describe_message(const StreamMessage& message) {
    json::error_code error;
    const auto parsed = json::parse(message.data, error);
    if (error || !parsed.is_object()) return message.event + " " + message.data;
    const auto& row = parsed.get_object();
    if (message.event == "rejected") {
        return fmt::format("{} rejected {} {} {} {}: {}",
                           text_of(row, "__ingest_ts"),
                           text_of(row, "_log_offset"),
                           text_of(row, "stage"),
                           text_of(row, "type"),
                           text_of(row, "path"),
                           text_of(row, "detail"));
    }
    if (message.event != "stored") return message.event + " " + message.data;
    std::string line = fmt::format("{} stored {} {}",
                                   text_of(row, "__ingest_ts"),
                                   text_of(row, "_log_offset"),
                                   text_of(row, "type"));
    for (const char* name : {"event", "name"})
        if (row.contains(name)) line += " " + http::quote_json(text_of(row, name));
    for (const char* name : {"user_id", "anonymous_id", "source_id"})
        if (row.contains(name)) line += fmt::format(" {}={}", name, text_of(row, name));
    return line;
}

int run_tail(const std::vector<std::string>& arguments) {
    Options options;
    CLI::App app("Prints events as they become durable, and commits", "icelight tail");
    add_options(app, options);
    if (const auto status = parse_line(app, arguments)) return *status;
    options.server = complete(options.server, environment_of_process());
    return tail(options);
}

}  // namespace icelight::server::command
