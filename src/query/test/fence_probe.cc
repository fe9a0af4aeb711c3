// SQL with some of the fences taken away, for tests/sql/test_escapes.py.
//
// The fences that stand are words in the name of the program's file: "gate", "settings", "sandbox";
// workers are the same file again and are told nothing else. Makes a small lake, prints one line
// with its directories, then answers each line of stdin, which is the JSON {"sql", "timeout_ms"},
// with one line {"ok", "text", "ms", "refused"}, the last being how often the relay has refused a
// host. Every statement gets a fresh worker: with an argument, an extension directory, one that has
// DuckDB's iceberg extension; with a second, the URL of a REST catalog, one that reads this
// external catalog, "outside". A third is the URL of one more host that it may reach.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/metrics.h"
#include "query/reply/json_value.h"
#include "query/service.h"
#include "query/test/tiny_lake.h"
#include "query/worker/worker.h"
#include "query/worker/worker_client.h"

namespace icelight::query {
namespace {

constexpr std::uint64_t kMemoryBytesMax = 256u << 20;
constexpr std::size_t kTextBytesMax = 4'096;

Fences fences_of_program() {
    const auto name = std::filesystem::read_symlink("/proc/self/exe").filename().string();
    const auto has = [&name](std::string_view word) {
        return name.find(word) != std::string::npos;
    };
    return {.has_gate = has("gate"),
            .has_locked_settings = has("settings"),
            .has_sandbox = has("sandbox")};
}

std::string json_text(std::string_view text) {
    std::string out;
    append_json_string(text.substr(0, kTextBytesMax), out);
    return out;
}

/// What answers a statement: the reply's body.
using Ask = std::function<Result<std::string>(const Request& request)>;

Result<std::string> ask_service(Service& service, const Request& request) {
    auto promise = std::make_shared<std::promise<Result<Reply>>>();
    auto future = promise->get_future();
    service.run(request, [promise](Result<Reply> reply) { promise->set_value(std::move(reply)); });
    ICE_ASSIGN(auto reply, future.get());
    return std::move(reply.body);
}

int refused_hosts() {
    constexpr std::string_view kName = "icelight_query_relay_refused_total{why=\"host\"} ";
    const auto text = metrics::serialize();
    const auto at = text.find(kName);
    return at == std::string::npos ? 0 : std::stoi(text.substr(at + kName.size()));
}

/// Workers with the extension, asked directly: a service asks a plain one first.
class ExtensionWorkers {
public:
    explicit ExtensionWorkers(const Options& options, const testing::TinyLake& lake)
        : options_(options) {
        inputs_.tables = {
            {"analytics", "events", lake.metadata_location("events"), TailKind::kNone}};
    }

    Result<> start() {
        worker_.reset();
        ICE_ASSIGN(worker_, WorkerClient::start(options_, WorkerKind::kIceberg, 0));
        return {};
    }

    Result<std::string> ask(const Request& request) {
        const std::atomic<bool> is_cancelled{false};
        const QueryBounds bounds{deadline_in(request.timeout), &is_cancelled};
        ICE_ASSIGN(const auto statement,
                   worker_->prepare(
                       {request.sql, Format::kJson, kReplyRowsMax, request.timeout, {}}, bounds));
        std::string body;
        const WriteBody write = [&body](std::string_view piece) {
            body += piece;
            return true;
        };
        const auto end =
            worker_->execute(statement.tables.empty() ? ExecuteMessage() : inputs_, bounds, write);
        if (!end) return tl::unexpected(end.error());
        return body;
    }

private:
    const Options& options_;
    ExecuteMessage inputs_;
    std::unique_ptr<WorkerClient> worker_;
};

void answer(const Ask& ask, const std::string& line) {
    simdjson::dom::parser parser;
    const auto parsed = parser.parse(line);
    Request request;
    request.sql = std::string_view(parsed["sql"]);
    request.timeout = std::chrono::milliseconds(std::int64_t(parsed["timeout_ms"]));
    const auto begin = system_clock().steady();
    const auto reply = ask(request);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - begin);
    std::cout << fmt::format(R"({{"ok":{},"text":{},"ms":{},"refused":{}}})",
                             reply.has_value(),
                             json_text(reply ? *reply : reply.error().message),
                             took.count(),
                             refused_hosts())
              << '\n'
              << std::flush;
}

/// See the top; the catalog has one location, which is made.
void add_external(const std::vector<std::string>& arguments, Options& options) {
    if (arguments.size() < 2) return;
    const auto location = options.warehouse.parent_path() / "outside";
    std::filesystem::create_directory(location);
    options.externals = {{.name = "outside",
                          .uri = arguments[1],
                          .server_uri = arguments.size() > 2 ? arguments[2] : "",
                          .locations = {"file://" + location.native() + "/"}}};
}

int end_with(const Error& error) {
    std::cerr << error.message << "\n";
    return 1;
}

int probe(const std::vector<std::string>& arguments) {
    testing::TinyLake lake;
    lake.append(100, 2);
    lake.flush();
    lake.append(10);
    Options options = lake.options();
    options.workers = 1;
    options.memory_limit_bytes = kMemoryBytesMax;
    options.recycle_bytes = 0;
    if (!arguments.empty()) options.extensions = arguments[0];
    add_external(arguments, options);
    Service service(options, lake.log(), lake.catalog(), system_clock());
    ExtensionWorkers workers(options, lake);
    // A service asks a plain worker first, unless the statement names an external catalog.
    const bool asks_directly = arguments.size() == 1;
    const auto started = asks_directly ? workers.start() : service.start();
    if (!started) return end_with(started.error());
    std::cout << fmt::format(R"({{"warehouse":{},"log":{},"spill":{}}})",
                             json_text(options.warehouse.native()),
                             json_text(options.log_directory.native()),
                             json_text(options.spill_directory.native()))
              << '\n'
              << std::flush;
    std::string line;
    while (std::getline(std::cin, line)) {
        if (!asks_directly) {
            answer([&](const Request& request) { return ask_service(service, request); }, line);
            continue;
        }
        answer([&](const Request& request) { return workers.ask(request); }, line);
        if (const auto next = workers.start(); !next) return end_with(next.error());
    }
    return 0;
}

}  // namespace
}  // namespace icelight::query

// What nobody catches ends the probe, which the suite sees.
// NOLINTNEXTLINE(bugprone-exception-escape)
int main(int argc, char** argv) {
    using namespace icelight::query;  // NOLINT(google-build-using-namespace)
    if (argc == 3 && std::string_view(argv[1]) == "worker") {
        return run_sql_worker(fences_of_program());
    }
    return probe({argv + 1, argv + argc});
}
