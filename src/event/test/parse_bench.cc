#include <string>

#include <benchmark/benchmark.h>

#include "event/codec.h"
#include "event/parse.h"
#include "event/testing/corpus.h"
#include "event/testing/json_reader.h"

// CPU of parse + encode (and of decode) for each event, over events of about 470 bytes. The answers
// are checked against a plain reader before anything is timed.
namespace icelight::event {
namespace {

constexpr FingerprintKey kKey{9};

RequestFacts make_facts(bool is_single) {
    RequestFacts facts;
    facts.path = is_single ? Path::kReplay : Path::kBatch;
    facts.received_at = 1'767'225'660'000'000;
    facts.content_type = "application/json";
    facts.remote_ip = "203.0.113.7";
    facts.key = &kKey;
    return facts;
}

/// True when every event of `batch` came out as one row with its own bytes.
bool is_right(const std::string& batch) {
    Parser parser;
    const ParsedRequest parsed = parser.parse(batch, make_facts(false));
    const auto body = testing::read_json(batch);
    const auto& events = body->find("batch")->elements;
    if (parsed.row_refs.size() != events.size()) return false;
    std::string_view bytes = parsed.rows;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto row = decode_row(bytes.substr(0, parsed.row_refs[i].bytes));
        if (!row || row->text(id::kMessageId) != events[i].find("messageId")->text) return false;
        if (row->text(id::kContext) != events[i].find("context")->raw) return false;
        bytes.remove_prefix(parsed.row_refs[i].bytes);
    }
    return bytes.empty();
}

void set_counters(benchmark::State& state, std::size_t events, std::size_t bytes) {
    const auto total = static_cast<double>(state.iterations()) * static_cast<double>(events);
    state.counters["event"] =
        benchmark::Counter(total, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
    state.counters["json_bytes"] = static_cast<double>(bytes) / static_cast<double>(events);
}

void parse_batch(benchmark::State& state) {
    const auto events = static_cast<std::size_t>(state.range(0));
    const std::string batch = testing::Corpus(1).batch(events);
    if (!is_right(batch)) state.SkipWithError("wrong answer");
    const RequestFacts facts = make_facts(false);
    Parser parser;
    for (auto _ : state)
        benchmark::DoNotOptimize(parser.parse(batch, facts));
    set_counters(state, events, batch.size());
}

BENCHMARK(parse_batch)->Arg(1)->Arg(100)->Arg(1'000);

void parse_single(benchmark::State& state) {
    const std::string event = testing::Corpus(1).event();
    const RequestFacts facts = make_facts(true);
    Parser parser;
    if (parser.parse(event, facts).row_refs.size() != 1) state.SkipWithError("wrong answer");
    for (auto _ : state)
        benchmark::DoNotOptimize(parser.parse(event, facts));
    set_counters(state, 1, event.size());
}

BENCHMARK(parse_single);

void decode_batch(benchmark::State& state) {
    constexpr std::size_t kEvents = 100;
    const std::string batch = testing::Corpus(1).batch(kEvents);
    if (!is_right(batch)) state.SkipWithError("wrong answer");
    Parser parser;
    const ParsedRequest parsed = parser.parse(batch, make_facts(false));
    RowView row;
    for (auto _ : state) {
        std::string_view bytes = parsed.rows;
        for (const RowRef& ref : parsed.row_refs) {
            benchmark::DoNotOptimize(decode_row(bytes.substr(0, ref.bytes), row));
            bytes.remove_prefix(ref.bytes);
        }
    }
    set_counters(state, kEvents, parsed.rows.size());
}

BENCHMARK(decode_batch);

}  // namespace
}  // namespace icelight::event

BENCHMARK_MAIN();
