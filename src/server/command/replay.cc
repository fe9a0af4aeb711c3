#include "server/command/replay.h"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "server/command/server_client.h"
#include "server/command/target_options.h"

namespace icelight::server::command {
namespace {

namespace json = boost::json;

/// A call runs at most 1,000 rejects, or --limit, before it answers.
constexpr std::chrono::seconds kCallMax{1800};

struct Options {
    TargetOptions server;
    std::vector<std::uint64_t> offsets;
    std::string stage;
    std::string source;
    std::string from;
    std::string to;
    std::uint64_t limit = 0;
    bool is_dry_run = false;
    /// Set by the first answer: what is rejected again on the way is not taken up by the next.
    std::uint64_t below = 0;
};

void add_options(CLI::App& app, Options& options) {
    add_target_options(app, options.server);
    app.add_option("--offset", options.offsets, "Only the reject at this _log_offset; repeatable");
    app.add_option("--stage", options.stage, "Only rejects of this stage: parse or validate");
    app.add_option("--source", options.source, "Only rejects of this source");
    app.add_option("--from", options.from, "Only rejects received at or after this time");
    app.add_option("--to", options.to, "Only rejects received before this time");
    app.add_option("--limit", options.limit, "At most so many, 1 to 10000, instead of all");
    app.add_flag("--dry-run", options.is_dry_run, "Say what would become of them; store nothing");
}

std::string make_body(const Options& options) {
    json::object body;
    if (!options.offsets.empty()) body["offsets"] = json::value_from(options.offsets);
    if (!options.stage.empty()) body["stage"] = options.stage;
    if (!options.source.empty()) body["source"] = options.source;
    if (!options.from.empty()) body["from"] = options.from;
    if (!options.to.empty()) body["to"] = options.to;
    if (options.limit > 0) body["limit"] = options.limit;
    if (options.below > 0) body["below"] = options.below;
    if (options.is_dry_run) body["dry_run"] = true;
    return json::serialize(body);
}

std::uint64_t number_of(const json::object& answer, const char* name) {
    const auto* value = answer.if_contains(name);
    return value != nullptr && value->is_int64() ? static_cast<std::uint64_t>(value->get_int64())
                                                 : 0;
}

Result<json::object> replay_once(const Target& target, const Options& options) {
    ICE_ASSIGN(const std::string answer,
               ask_server(target,
                          {.method = "POST",
                           .path = "/api/dead-letters/replay",
                           .body = make_body(options),
                           .silence_max = kCallMax}));
    json::error_code error;
    auto parsed = json::parse(answer, error);
    if (error || !parsed.is_object())
        return fail(ErrorCode::kUnavailable, "what answers there is no icelight of this version");
    return std::move(parsed.get_object());
}

void print_not_replayable(const json::object& answer) {
    const auto* first = answer.if_contains("not_replayable_first");
    if (first == nullptr || !first->is_array()) return;
    for (const auto& item : first->get_array())
        fmt::print("  {}\n", json::serialize(item));
}

int replay(Options options) {
    const auto target = find_target(options.server);
    std::uint64_t replayed = 0;
    std::uint64_t stored = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t rejected = 0;
    while (true) {
        auto answer = target ? replay_once(*target, options)
                             : Result<json::object>(tl::unexpected(target.error()));
        if (!answer) {
            fmt::print(stderr, "icelight: {}\n", answer.error().message);
            return 1;
        }
        const std::uint64_t now = number_of(*answer, "replayed");
        options.below = number_of(*answer, "below");
        replayed += now;
        stored += number_of(*answer, "stored");
        duplicates += number_of(*answer, "duplicates");
        rejected += number_of(*answer, "rejected");
        const std::uint64_t remaining = number_of(*answer, "remaining");
        const bool goes_on = options.limit == 0 && !options.is_dry_run && remaining > 0 && now > 0;
        if (goes_on) continue;
        fmt::print(
            "{} rejects {}: {} events stored, {} stored before, {} rejected again; "
            "{} remain, {} cannot be replayed\n",
            replayed,
            options.is_dry_run ? "would be replayed" : "replayed",
            stored,
            duplicates,
            rejected,
            remaining,
            number_of(*answer, "not_replayable"));
        print_not_replayable(*answer);
        return 0;
    }
}

}  // namespace

int run_replay(const std::vector<std::string>& arguments) {
    Options options;
    CLI::App app("Runs rejected events through today's rules", "icelight replay");
    add_options(app, options);
    if (const auto status = parse_line(app, arguments)) return *status;
    options.server = complete(options.server, environment_of_process());
    return replay(options);
}

}  // namespace icelight::server::command
