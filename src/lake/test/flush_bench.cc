/// CPU of the way from JSON bodies to committed Iceberg rows, by steps, beside a bare
/// `COPY (SELECT ... FROM read_json(...)) TO parquet` of the columns the JSON holds. In one process
/// and one thread but for the log's; without HTTP. The answers are compared first.
///
/// flush_bench EVENTS ROUNDS DIRECTORY: the directory must not exist; the last round's data
/// directory stays there.
#include <sys/resource.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "base/clock.h"
#include "base/log.h"
#include "catalog/catalog.h"
#include "catalog/sqlite/sqlite_catalog.h"
#include "engine/database.h"
#include "engine/session.h"
#include "engine/sql_text.h"
#include "event/parse.h"
#include "event/testing/corpus.h"
#include "io/file_system.h"
#include "lake/flush/flush_backend.h"
#include "lake/flush/flush_round.h"
#include "lake/flush/flush_writer.h"
#include "lake/tables.h"
#include "wal/log.h"

namespace icelight::lake {
namespace {

constexpr std::size_t kEventsPerBatch = 100;
constexpr std::size_t kQueuedBytesMax = 4u << 20;

template <class T>
T need(Result<T> result) {
    if (!result) {
        std::fprintf(stderr, "%s\n", result.error().message.c_str());
        std::exit(1);
    }
    return std::move(*result);
}

void need(const Result<>& result) {
    if (result) return;
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
}

double cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto us = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) * 1e6 + static_cast<double>(t.tv_usec);
    };
    return us(usage.ru_utime) + us(usage.ru_stime);
}

/// Of the calling thread: what is not the log's thread.
double thread_cpu_us() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

/// The worker's work in this process, so that its CPU is in this process's account.
class InProcess final : public FlushBackend {
public:
    explicit InProcess(FlushWriter writer) : writer_(std::move(writer)) {}

    Result<FlushPlan> plan(const FlushJob& job, Deadline) override { return writer_.plan(job); }

    Result<std::vector<WrittenDataFile>> write(const std::vector<std::filesystem::path>& paths,
                                               Deadline) override {
        return writer_.write(paths);
    }

    void stop() override {}

    std::uint64_t deaths() const override { return 0; }

private:
    FlushWriter writer_;
};

struct Steps {
    double parse = 0;
    double log = 0;
    double flush = 0;
    double peer = 0;

    double sum() const { return parse + log + flush; }
};

struct Input {
    std::vector<std::string> bodies;
    std::filesystem::path json_lines;
    std::size_t events = 0;
};

Input make_input(std::size_t events, const std::filesystem::path& directory) {
    Input input;
    input.json_lines = directory / "events.json";
    std::ofstream lines(input.json_lines);
    event::testing::Corpus corpus(1);
    while (input.events < events) {
        std::string body = R"({"batch":[)";
        for (std::size_t i = 0; i < kEventsPerBatch; ++i) {
            const std::string event = corpus.event();
            lines << event << '\n';
            body += (i == 0 ? "" : ",") + event;
        }
        input.bodies.push_back(body + "]}");
        input.events += kEventsPerBatch;
    }
    return input;
}

wal::Batch make_batch(event::ParsedRequest request) {
    wal::Batch batch;
    batch.rows = std::move(request.rows);
    for (const event::RowRef& row : request.row_refs)
        batch.row_refs.push_back({row.fingerprint, row.bytes});
    return batch;
}

/// Parses and appends as the server does, waiting when the log's queue is half full.
void append_all(wal::Log& log, const std::vector<std::string>& bodies) {
    const FingerprintKey key = log.fingerprint_key();
    event::Parser parser;
    event::RequestFacts facts;
    facts.received_at = system_clock().now_us();
    facts.key = &key;
    std::promise<Result<wal::Appended>> last;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        const bool is_last = i + 1 == bodies.size();
        log.append(make_batch(parser.parse(bodies[i], facts)),
                   deadline_in(std::chrono::minutes(5)),
                   [&last, is_last](Result<wal::Appended> appended) {
                       if (!appended) std::abort();
                       if (is_last) last.set_value(std::move(appended));
                   });
        while (log.unsynced_bytes() > kQueuedBytesMax)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    need(last.get_future().get());
}

constexpr const char* kPeerColumns =
    R"(messageId AS message_id, type, userId AS user_id, anonymousId AS anonymous_id, event, name,
    properties, traits, context, "timestamp", originalTimestamp AS original_timestamp,
    groupId AS group_id, previousId AS previous_id)";
constexpr const char* kPeerTypes =
    R"({messageId: 'VARCHAR', type: 'VARCHAR', userId: 'VARCHAR', anonymousId: 'VARCHAR',
    event: 'VARCHAR', name: 'VARCHAR', properties: 'JSON', traits: 'JSON', context: 'JSON',
    "timestamp": 'TIMESTAMPTZ', originalTimestamp: 'TIMESTAMPTZ', groupId: 'VARCHAR',
    previousId: 'VARCHAR'})";
/// Numbers are compared by value: the peer writes 68.80 as 68.8.
constexpr const char* kAnswer =
    R"(SELECT concat_ws(' ', count(*), count(DISTINCT message_id), sum(epoch_us("timestamp")),
    bit_xor(hash(message_id, type, user_id, event, name, context::VARCHAR, traits::VARCHAR)),
    sum((properties ->> 'price')::DECIMAL(18,2))) FROM )";

/// `backend` lives through all rounds, as a worker does.
Steps run_round(const Input& input,
                const std::filesystem::path& data,
                FlushBackend& backend,
                engine::Session& peer) {
    std::filesystem::create_directories(data);
    io::FileSystem& files = io::posix_file_system();
    auto catalog = need(catalog::sqlite::open_catalog(
        {.database = data / "catalog.db", .warehouse = data / "warehouse"}, files, system_clock()));
    need(ensure_tables(*catalog, {}, system_clock()));
    wal::Options log_options;
    log_options.directory = data / "log";
    auto log = need(wal::Log::open(log_options, files, system_clock(), {}, false));
    need(catalog->adopt_log(catalog::kEventSink, log->uuid(), 0));
    const TableNames names;
    FlushRound round(names, *catalog, files, system_clock(), backend);

    Steps steps;
    double at = cpu_us();
    const auto lap = [&at] {
        const double before = at;
        at = cpu_us();
        return at - before;
    };
    const double parse_began = thread_cpu_us();
    append_all(*log, input.bodies);
    steps.parse = thread_cpu_us() - parse_began;
    steps.log = lap() - steps.parse;
    FlushJob job;
    job.log_directory = log_options.directory;
    job.to = log->durable_offset();
    while (job.from < job.to)
        job.from =
            need(round.run(job, log->uuid(), deadline_in(std::chrono::minutes(5)))).watermark;
    steps.flush = lap();
    const std::string target = engine::quote_literal((data / "peer.parquet").string());
    need(peer.execute(fmt::format(
        "COPY (SELECT {} FROM read_json({}, format = 'newline_delimited', columns = {})) TO {} "
        "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)",
        kPeerColumns,
        engine::quote_literal(input.json_lines.string()),
        kPeerTypes,
        target)));
    steps.peer = lap();
    const std::string ours =
        need(peer.query_text(fmt::format("{}read_parquet({})",
                                         kAnswer,
                                         engine::quote_literal((data / "warehouse/analytics/events/"
                                                                       "data/**/*.parquet")
                                                                   .string()))));
    const std::string theirs = need(peer.query_text(kAnswer + target));
    if (ours != theirs) {
        std::fprintf(stderr, "different answers:\n%s\n%s\n", ours.c_str(), theirs.c_str());
        std::exit(1);
    }
    need(log->close(deadline_in(std::chrono::seconds(10))));
    need(catalog->close(deadline_in(std::chrono::seconds(10))));
    return steps;
}

int run(std::size_t events, int rounds, const std::filesystem::path& directory) {
    log::set_level(log::Level::kError);
    std::filesystem::create_directories(directory);
    const Input input = make_input(events, directory);
    engine::DatabaseOptions options;
    options.memory_limit_bytes = 2ull << 30;
    engine::Database database = need(engine::Database::open(options));
    engine::Session peer = need(database.connect());
    InProcess backend(need(FlushWriter::open(io::posix_file_system())));
    Steps best;
    const double scale = 1.0 / static_cast<double>(input.events);
    for (int round = 0; round < rounds; ++round) {
        const std::filesystem::path data = directory / fmt::format("data-{}", round);
        if (round > 0) {
            std::filesystem::remove_all(directory / fmt::format("data-{}", round - 1));
        }
        const Steps steps = run_round(input, data, backend, peer);
        std::printf("parse+encode %.2f  log %.2f  flush+commit %.2f  sum %.2f | bare COPY %.2f\n",
                    steps.parse * scale,
                    steps.log * scale,
                    steps.flush * scale,
                    steps.sum() * scale,
                    steps.peer * scale);
        if (round == 0 || steps.sum() < best.sum()) {
            const double peer_cpu = round == 0 ? steps.peer : best.peer;
            best = steps;
            best.peer = peer_cpu;
        }
        best.peer = std::min(best.peer, steps.peer);
    }
    std::printf("%zu events, CPU us/row, best of %d: ours %.2f, bare COPY %.2f, ratio %.2f\n",
                input.events,
                rounds,
                best.sum() * scale,
                best.peer * scale,
                best.sum() / best.peer);
    return 0;
}

}  // namespace
}  // namespace icelight::lake

int main(int argc, char** argv) {
    if (argc != 4) {
        std::fprintf(stderr, "flush_bench EVENTS ROUNDS DIRECTORY\n");
        return 2;
    }
    return icelight::lake::run(std::strtoull(argv[1], nullptr, 10), std::atoi(argv[2]), argv[3]);
}
