// SQL with some of the fences taken away, for tests/sql/test_escapes.py.
//
// The fences that stand are words in the name of the program's file: "gate", "settings", "sandbox";
// workers are the same file again and are told nothing else. Makes a small lake, prints one line
// with its directories, then answers each line of stdin, which is the JSON {"sql", "timeout_ms"},
// with one line {"ok", "text", "ms"}. Every statement gets a fresh worker.
#include <chrono>
#include <filesystem>
#include <future>
#include <iostream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <simdjson.h>

#include "query/reply/json_value.h"
#include "query/service.h"
#include "query/test/tiny_lake.h"
#include "query/worker/worker.h"

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

Result<Reply> ask(Service& service, std::string_view sql, std::int64_t timeout_ms) {
    Request request;
    request.sql = sql;
    request.timeout = std::chrono::milliseconds(timeout_ms);
    auto promise = std::make_shared<std::promise<Result<Reply>>>();
    auto future = promise->get_future();
    service.run(std::move(request),
                [promise](Result<Reply> reply) { promise->set_value(std::move(reply)); });
    return future.get();
}

void answer(Service& service, const std::string& line) {
    simdjson::dom::parser parser;
    const auto request = parser.parse(line);
    const std::string_view sql = request["sql"];
    const std::int64_t timeout_ms = request["timeout_ms"];
    const auto begin = system_clock().steady();
    const auto reply = ask(service, sql, timeout_ms);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(system_clock().steady() - begin);
    std::cout << fmt::format(R"({{"ok":{},"text":{},"ms":{}}})",
                             reply.has_value(),
                             json_text(reply ? reply->body : reply.error().message),
                             took.count())
              << '\n'
              << std::flush;
}

int probe() {
    testing::TinyLake lake;
    lake.append(100, 2);
    lake.flush();
    lake.append(10);
    Options options = lake.options();
    options.workers = 1;
    options.memory_limit_bytes = kMemoryBytesMax;
    options.recycle_bytes = 0;
    Service service(options, lake.log(), lake.catalog(), system_clock());
    if (const auto started = service.start(); !started) {
        std::cerr << started.error().message << "\n";
        return 1;
    }
    std::cout << fmt::format(R"({{"warehouse":{},"log":{},"spill":{}}})",
                             json_text(options.warehouse.native()),
                             json_text(options.log_directory.native()),
                             json_text(options.spill_directory.native()))
              << '\n'
              << std::flush;
    std::string line;
    while (std::getline(std::cin, line))
        answer(service, line);
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
    return probe();
}
