#include "query/worker/worker.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "base/child.h"
#include "base/frames.h"
#include "engine/arrow_stream.h"
#include "query/reply/reply_meta.h"
#include "query/reply/reply_stream.h"
#include "query/reply/reply_writer.h"
#include "query/worker/inbox.h"
#include "query/worker/protocol.h"
#include "query/worker/sql_host.h"

namespace icelight::query {
namespace {

constexpr std::chrono::milliseconds kSetupTime{10'000};
constexpr std::chrono::milliseconds kAnswerTime{10'000};
/// How the engine begins what it says then.
constexpr std::string_view kOutOfMemory = "Out of Memory Error";

Result<> send(Message message, std::string_view payload) {
    return write_frame(
        kWorkerSocketFd, static_cast<std::uint8_t>(message), payload, deadline_in(kAnswerTime));
}

/// How the engine begins advice that no user here can follow, and what he can do.
struct Advice {
    std::string_view begin;
    std::string_view instead;
};

constexpr Advice kAdvices[] = {
    {"\n\nPossible solutions:", ""},
    {" Use \"SET max_expression_depth", " Nest less: x IN (a, b, ...) stands for a chain of ORs."},
    {"\n\nPlease try installing and loading", " Extensions are not offered here."},
    {"\n* SET order_by_non_integer_literal",
     " Order by a column, an expression or a place in SELECT."},
    {"\n\nUse \"SET scalar_subquery_error_on_multiple_rows",
     " Use LIMIT 1, an aggregate, or IN instead of =."},
};

/// What shows the place in the statement stays.
void replace_advice(std::string& message) {
    for (const auto& [begin, instead] : kAdvices) {
        const auto at = message.find(begin);
        if (at == std::string::npos) continue;
        const auto end = std::min(message.find("\n\nLINE ", at), message.size());
        message.replace(at, end - at, instead);
    }
}

/// The user's part of an error: what the engine refused by its configuration, or could not read
/// because of the statement, is the statement's fault; so is naming a table that is not read here,
/// which the message says how to make readable.
Error explain(Error error, StopReason stop) {
    const bool is_the_statements =
        error.code == ErrorCode::kForbidden || error.code == ErrorCode::kUnsupported;
    if (is_the_statements) error.code = ErrorCode::kInvalidArgument;
    replace_advice(error.message);
    if (error.code != ErrorCode::kTimeout) return error;
    if (stop == StopReason::kCancelled)
        return {ErrorCode::kShuttingDown, "the query was cancelled"};
    return {ErrorCode::kTimeout, "the query did not end before its deadline"};
}

/// Texts and bytes of a batch that is written whole.
Result<> check_values(const engine::Chunk& chunk, const std::vector<std::string>& names) {
    for (std::size_t i = 0; i < chunk.column_count(); ++i) {
        const auto column = chunk.column(i);
        const auto type = column.type().type;
        if (type != engine::Type::kVarchar && type != engine::Type::kBlob) continue;
        for (std::size_t row = 0; row < chunk.row_count(); ++row) {
            if (!column.is_null(row) && column.bytes(row).size() > kValueBytesMax) {
                return fail(
                    ErrorCode::kInvalidArgument,
                    fmt::format("a value of column \"{}\" is larger than 16 MiB", names[i]));
            }
        }
    }
    return {};
}

/// Unless it is too long to be kept.
void set_columns(std::string columns, ReplyFacts& facts) {
    if (columns.size() <= kColumnsBytesMax) facts.columns_json = std::move(columns);
}

class Worker {
public:
    Worker(std::unique_ptr<SqlHost> host, Inbox& inbox) : host_(std::move(host)), inbox_(inbox) {}

    /// Serves until the inbox ends the process.
    [[noreturn]] void serve();

private:
    Result<> prepare(const Frame& frame);
    Result<EndMessage> execute(const Frame& frame);
    Result<EndMessage> run(const Prepared& prepared);
    Result<EndMessage> run_parquet(const Prepared& prepared);
    Result<EndMessage> run_arrow(const Prepared& prepared);
    std::chrono::microseconds since_start() const;
    Result<> check_rows(std::uint64_t rows) const;
    Result<bool> write_rows(engine::QueryResult& result, ReplyWriter& writer, ReplyStream& stream);
    void answer_error(const Error& error);

    std::unique_ptr<SqlHost> host_;
    Inbox& inbox_;
    // Of the query being prepared or run.
    PrepareMessage request_;
    Statement statement_;
};

void Worker::serve() {
    while (true) {
        const Frame frame = inbox_.wait();
        Result<> sent;
        if (static_cast<Message>(frame.type) == Message::kPrepare) {
            const auto prepared = prepare(frame);
            if (!prepared) answer_error(prepared.error());
        } else if (static_cast<Message>(frame.type) == Message::kExecute) {
            const auto end = execute(frame);
            inbox_.finish();
            if (!end) {
                answer_error(end.error());
            } else if (!send(Message::kEnd, encode_end(*end))) {
                ::_exit(0);
            }
        } else {
            ::_exit(1);
        }
    }
}

Result<> Worker::prepare(const Frame& frame) {
    ICE_ASSIGN(request_, decode_prepare(frame.payload));
    statement_ = {};
    ICE_TRY(host_->limit_memory(0));
    ICE_ASSIGN(statement_, host_->check(request_.sql));
    return send(Message::kNames, encode_names(statement_));
}

Result<EndMessage> Worker::execute(const Frame& frame) {
    ICE_ASSIGN(const auto inputs, decode_execute(frame.payload));
    ICE_ASSIGN(auto prepared, host_->prepare(request_, statement_, inputs, [this] {
        return inbox_.is_stopped();
    }));
    prepared.facts.planned = since_start();
    if (request_.is_check) {
        ICE_TRY(host_->user().check(prepared.sql));
        return prepared.facts;
    }
    const auto scanned_max = request_.limits.scanned_bytes_max;
    if (scanned_max != 0 && prepared.facts.bytes_scanned > scanned_max)
        return fail_limit("max_scanned_bytes", "queries that read", scanned_max, "bytes of files");
    ICE_TRY(host_->limit_memory(request_.limits.memory_bytes_max));
    if (request_.format == Format::kParquet) return run_parquet(prepared);
    return request_.format == Format::kArrow ? run_arrow(prepared) : run(prepared);
}

std::chrono::microseconds Worker::since_start() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() -
                                                                 inbox_.started());
}

Result<> Worker::check_rows(std::uint64_t rows) const {
    const auto rows_max = request_.limits.rows_max;
    if (rows_max == 0 || rows <= rows_max) return {};
    return fail_limit("max_rows", "answers of", rows_max, "rows");
}

Result<EndMessage> Worker::run(const Prepared& prepared) {
    ICE_ASSIGN(auto result, host_->user().query(prepared.sql, request_.values));
    ReplyStream stream(kWorkerSocketFd, request_.format, request_.limits.reply_bytes_max);
    ReplyWriter writer(request_.format, result.columns());
    writer.begin(stream.buffer());
    ICE_ASSIGN(const bool is_truncated, write_rows(result, writer, stream));
    ReplyFacts facts = prepared.facts;
    facts.rows = writer.rows();
    facts.is_truncated = is_truncated;
    if (request_.format != Format::kJson) set_columns(writer.columns_json(), facts);
    facts.execution = since_start();
    writer.end(facts, stream.buffer());
    ICE_TRY(stream.finish());
    return facts;
}

/// The engine writes the file into the spill directory; from there it goes to the server.
Result<EndMessage> Worker::run_parquet(const Prepared& prepared) {
    ICE_ASSIGN(const auto reply, host_->write_parquet(request_, prepared.sql));
    ICE_TRY(check_rows(reply.rows));
    std::ifstream file(reply.path, std::ios::binary);
    ReplyStream stream(kWorkerSocketFd, request_.format, request_.limits.reply_bytes_max);
    std::vector<char> piece(kDataFrameBytes);
    while (file) {
        if (inbox_.is_stopped()) return fail(ErrorCode::kTimeout, "stopped");
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        stream.buffer().append(piece.data(), static_cast<std::size_t>(file.gcount()));
        ICE_TRY(stream.advance());
    }
    if (!file.eof()) return fail(ErrorCode::kIo, "the Parquet file cannot be read back");
    file.close();
    std::error_code ignored;
    std::filesystem::remove(reply.path, ignored);
    ICE_TRY(stream.finish());
    ReplyFacts facts = prepared.facts;
    if (const auto columns = host_->user().check(prepared.sql))
        set_columns(columns_text(unique_names(*columns), *columns), facts);
    facts.rows = reply.rows;
    facts.execution = since_start();
    return facts;
}

Result<EndMessage> Worker::run_arrow(const Prepared& prepared) {
    ICE_ASSIGN(auto result, host_->user().query(prepared.sql, request_.values));
    ReplyStream stream(kWorkerSocketFd, request_.format, request_.limits.reply_bytes_max);
    const auto names = unique_names(result.columns());
    ICE_ASSIGN(auto arrow, engine::ArrowStream::open(result, names, stream.buffer()));
    ReplyFacts facts = prepared.facts;
    set_columns(columns_text(names, result.columns()), facts);
    while (true) {
        ICE_ASSIGN(const auto chunk, result.next());
        if (!chunk) break;
        if (inbox_.is_stopped()) return fail(ErrorCode::kTimeout, "stopped");
        ICE_TRY(check_values(*chunk, names));
        facts.rows += chunk->row_count();
        ICE_TRY(check_rows(facts.rows));
        ICE_TRY(arrow.append(*chunk, stream.buffer()));
        ICE_TRY(stream.advance());
    }
    arrow.finish(stream.buffer());
    ICE_TRY(stream.finish());
    facts.execution = since_start();
    return facts;
}

/// @return true when there were more rows than the request wants.
Result<bool> Worker::write_rows(engine::QueryResult& result,
                                ReplyWriter& writer,
                                ReplyStream& stream) {
    while (true) {
        ICE_ASSIGN(const auto chunk, result.next());
        if (!chunk) return false;
        writer.begin_chunk(*chunk);
        for (std::size_t row = 0; row < chunk->row_count(); ++row) {
            if (!is_export(request_.format) && writer.rows() >= request_.rows_max) return true;
            if (inbox_.is_stopped()) return fail(ErrorCode::kTimeout, "stopped");
            ICE_TRY(check_rows(writer.rows() + 1));
            ICE_TRY(writer.append_row(row, stream.buffer()));
            ICE_TRY(stream.advance());
        }
    }
}

void Worker::answer_error(const Error& error) {
    const StopReason stop = inbox_.stop_reason();
    inbox_.finish();
    const bool is_of_externals = !statement_.externals.empty();
    Error explained =
        explain(is_of_externals ? host_->explain_external(error, statement_) : error, stop);
    if (host_->is_limit(request_.limits.memory_bytes_max) &&
        explained.message.starts_with(kOutOfMemory)) {
        explained = fail_memory_limit(request_.limits).value();
    }
    const bool must_be_replaced = host_->is_broken() || host_->is_doubtful();
    const ErrorMessage message{
        explained.code, explained.message, must_be_replaced, host_->needs_extension()};
    if (!send(Message::kError, encode_error(message))) ::_exit(0);
}

/// Sends kReady with an empty text, or with the reason why this worker cannot serve.
Result<std::unique_ptr<SqlHost>> set_up(const Fences& fences) {
    ICE_ASSIGN(const auto frame, read_frame(kWorkerSocketFd, deadline_in(kSetupTime)));
    if (static_cast<Message>(frame.type) != Message::kInit) {
        return fail(ErrorCode::kCorruption, "the first message is not a setup");
    }
    ICE_ASSIGN(const auto setup, decode_setup(frame.payload));
    return SqlHost::open(setup, fences);
}

}  // namespace

int run_sql_worker(const Fences& fences) {
    auto host = set_up(fences);
    ErrorMessage ready{ErrorCode::kIo, "", false};
    if (!host) ready = {host.error().code, host.error().message, true};
    if (!host) {
        [[maybe_unused]] auto ignored = send(Message::kReady, encode_error(ready));
        return 1;
    }
    SqlHost& engine = **host;
    // Never destroyed: its thread lives as long as the process.
    auto* const inbox = new Inbox(kWorkerSocketFd, [&engine] { engine.interrupt(); });
    inbox->start();
    if (!send(Message::kReady, encode_error(ready))) return 1;
    Worker(std::move(*host), *inbox).serve();
}

}  // namespace icelight::query
