#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "query/external/external_catalog.h"
#include "query/gate/gate.h"
#include "query/service.h"

/// What the server and a SQL worker say to each other, in frames of base/frames.h.
///
///   server             worker
///   kInit       →
///               ←      kReady
///   kPrepare    →
///               ←      kNames, or kError
///   kExecute    →                              (or kGiveUp: no answer is wanted)
///               ←      kData*, then kEnd or kError
///   kCancel     →                              at any time while a query runs
namespace icelight::query {

enum class Message : std::uint8_t {
    kInit = 1,
    kReady,
    kPrepare,
    kNames,
    kExecute,
    kData,
    kEnd,
    kError,
    kCancel,
    kGiveUp,
};

inline constexpr std::size_t kDataFrameBytes = 256u << 10;
/// A reply up to this size is held back until it is complete, so that an error is still a 400.
inline constexpr std::size_t kHeldBytesMax = 1u << 20;
/// A worker may be taken over: no longer frame of it is read.
inline constexpr std::size_t kWorkerFrameBytesMax = 1u << 20;

/// The way to external catalogs, for workers that have one.
struct ExternalAccess {
    std::vector<ExternalCatalog> catalogs;  ///< Empty: there is none.
    std::uint16_t relay_port = 0;
    std::string relay_password;
    std::filesystem::path ca_file;  ///< May be empty.
    bool has_own_network = true;    ///< The worker is in a network that has nothing but the relay.
};

/// kInit.
struct WorkerSetup {
    std::filesystem::path warehouse;
    std::filesystem::path log_directory;
    std::filesystem::path spill_directory;
    std::string space;  ///< Of tables named without one.
    std::uint64_t memory_limit_bytes = 0;
    std::uint64_t spill_bytes_max = 0;
    std::uint64_t tail_bytes_max = 0;
    int threads = 1;
    bool requires_landlock = true;
    std::filesystem::path extensions;  ///< Empty: a worker without DuckDB's iceberg extension.
    std::vector<std::string> external_names;  ///< Catalogs whose tables the gate lets through.
    ExternalAccess external;
};

/// kPrepare.
struct PrepareMessage {
    std::string sql;
    Format format = Format::kJson;
    std::uint64_t rows_max = 0;
    std::chrono::milliseconds timeout{0};  ///< What is left of the query's time.
    std::vector<Value> values;
    Limits limits;  ///< Of these the worker sees to rows, bytes and the engine's memory.
    bool is_check = false;
};

/// How a table is fed by the log; decides whether and which tail it has.
enum class TailKind : std::uint8_t { kNone, kEvents, kRejected };

/// A table of kExecute: where the name of kNames leads.
struct TableInput {
    std::string space;  ///< As the catalog spells it, levels joined by '.'.
    std::string name;
    std::string metadata_location;
    TailKind tail = TailKind::kNone;

    bool operator==(const TableInput&) const = default;
};

/// kExecute.
struct ExecuteMessage {
    std::vector<TableInput> tables;  ///< In the order of kNames; SHOW TABLES: all there are.
    std::uint64_t tail_from = 0;     ///< W.
    std::uint64_t tail_to = 0;       ///< P; equal to tail_from: no tail.
    std::optional<AsOf> as_of;
    std::chrono::microseconds waited{0};
    TimestampUs admitted_us = 0;  ///< When P was taken; 0: the log's tail is left out.
};

/// kEnd: the query's facts.
using EndMessage = ReplyFacts;

/// kError.
struct ErrorMessage {
    ErrorCode code = ErrorCode::kIo;
    std::string text;
    bool is_worker_broken = false;  ///< Replace the worker.
    bool needs_extension = false;   ///< A worker with the iceberg extension could answer.
};

/// About how many bytes the values take in a message.
std::size_t values_bytes(const std::vector<Value>& values);

std::string encode_setup(const WorkerSetup& setup);
std::string encode_prepare(const PrepareMessage& message);
std::string encode_names(const Statement& statement);
std::string encode_execute(const ExecuteMessage& message);
std::string encode_end(const EndMessage& message);
std::string encode_error(const ErrorMessage& message);

/// @error kCorruption  not bytes of the encoder above: the peer cannot be trusted.
Result<WorkerSetup> decode_setup(std::string_view bytes);
Result<PrepareMessage> decode_prepare(std::string_view bytes);
Result<Statement> decode_names(std::string_view bytes);
Result<ExecuteMessage> decode_execute(std::string_view bytes);
Result<EndMessage> decode_end(std::string_view bytes);
Result<ErrorMessage> decode_error(std::string_view bytes);

}  // namespace icelight::query
