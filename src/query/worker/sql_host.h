#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/database.h"
#include "engine/session.h"
#include "query/external/attachments.h"
#include "query/gate/gate.h"
#include "query/plan/file_layouts.h"
#include "query/plan/table_files.h"
#include "query/tail/tail.h"
#include "query/worker/fences.h"
#include "query/worker/protocol.h"

namespace icelight::query {

/// A query whose views are there.
struct Prepared {
    std::string sql;   ///< To run in SqlHost::user().
    ReplyFacts facts;  ///< What its views were made from.
};

/// A reply in the spill directory.
struct ParquetReply {
    std::filesystem::path path;
    std::uint64_t rows = 0;
};

/// A worker's engine: the database in its sandbox, the tail, and a view for every table in use.
///
/// Thread safety: one thread, but interrupt() from any.
class SqlHost {
public:
    /// Opens the engine, enters the sandbox, proves it, and locks the configuration: the order that
    /// works (the engine opens with one thread, since Landlock binds one; threads come after it).
    ///
    /// @error kUnsupported  no Landlock. @error kForbidden  the sandbox has a hole. Else as named.
    static Result<std::unique_ptr<SqlHost>> open(const WorkerSetup& setup, const Fences& fences);

    /// Checks a statement, see check_statement().
    Result<Statement> check(std::string_view sql);

    /// Makes the views that `statement` needs from `inputs` and brings the tail up.
    /// @error kUnsupported  a table cannot be read here; see needs_extension().
    Result<Prepared> prepare(const PrepareMessage& request,
                             const Statement& statement,
                             const ExecuteMessage& inputs,
                             const Tail::IsStopped& is_stopped);

    /// The statement as a Parquet file in the spill directory, which the caller removes.
    /// @error kInvalidArgument  it is no plain SELECT, or what query() returns.
    Result<ParquetReply> write_parquet(const PrepareMessage& request, const std::string& sql);

    /// Lets the engine take this much beside what it holds now, caches left out: past three
    /// quarters it spills, and what cannot spill is out of memory. 0: what the worker may take.
    Result<> limit_memory(std::uint64_t bytes_max);

    /// Is that less than what the worker may take?
    bool is_limit(std::uint64_t bytes_max) const {
        return bytes_max != 0 && bytes_max < memory_limit_bytes_;
    }

    /// Where users' statements run.
    engine::Session& user() { return user_; }

    /// The last prepare() failed over a table that a host with the iceberg extension reads.
    bool needs_extension() const { return needs_extension_; }

    /// What an error of a query over external catalogs is to its user. From then on is_doubtful().
    Error explain_external(Error error, const Statement& statement);

    void interrupt();

    bool is_broken() const { return database_.is_broken(); }

    /// After what went wrong with an external catalog nothing is known of the client in the
    /// extension: the process had better end.
    bool is_doubtful() const { return is_doubtful_; }

private:
    /// What a view is made from.
    struct ViewInput {
        const TableInput& table;
        std::optional<AsOf> as_of;
        bool has_tail = false;
        std::vector<Predicates> predicates;  ///< One for each mention.
        const std::vector<Value>& values;    ///< Bound to the statement.
        bool has_alias = false;              ///< Also in kAliasCatalog.
        bool misleads_pruning = false;       ///< See Statement.
    };

    /// What a view says, and what reading it may cost.
    struct View {
        std::string version;
        ReplyFacts facts;  ///< Of this table alone.
    };

    SqlHost(engine::Database database,
            engine::Session user,
            engine::Session own,
            Tail tail,
            std::vector<ExternalCatalog> externals);

    std::vector<Predicates> predicates_on(const TableInput& input,
                                          const Statement& statement) const;
    Result<FilePlan> make_plan(const TableFiles& table, const std::vector<Conditions>& mentions);
    Result<ReplyFacts> make_view(const ViewInput& input);
    Result<> replace_view(std::string_view catalog,
                          const TableInput& input,
                          const std::string& select);

    engine::Database database_;
    engine::Session user_;  ///< Default schema: the event tables'.
    engine::Session own_;   ///< Default schema: memory.main.
    Tail tail_;
    TableFilesCache files_;
    FileLayouts layouts_;
    Attachments externals_;
    std::vector<std::string> external_names_;  ///< That the gate lets through.
    bool is_doubtful_ = false;
    bool has_gate_ = true;
    bool has_extension_ = false;
    bool needs_extension_ = false;
    /// What the gate said of a text: reading it takes longer than a small query. Bounded by
    /// kCheckedMax of kCheckedBytesMax each.
    std::unordered_map<std::string, Statement> checked_;
    std::string space_;  ///< Of names without one.
    std::filesystem::path spill_;
    std::uint64_t memory_limit_bytes_ = 0;  ///< Of the worker.
    std::uint64_t memory_now_bytes_ = 0;
    /// By "catalog.space.table" without case. Bounded by kViewsMax.
    std::map<std::string, View> views_;
};

}  // namespace icelight::query
