#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "catalog/intent.h"
#include "lake/flush/flush_job.h"
#include "lake/tables.h"

namespace icelight::catalog {
class Catalog;
}

namespace icelight::io {
class FileSystem;
}

namespace icelight::lake {

class FlushBackend;

/// What one flush brought.
struct RoundResult {
    std::uint64_t watermark = 0;
    std::int64_t rows = 0;
    std::int64_t rejects = 0;
    std::size_t files = 0;
    std::int64_t bytes = 0;
};

/// One flush, from log rows to the commit. Order on disk (architecture, section 7): journal of the
/// names → data files and their directories → manifests → the catalog's own files → SQLite COMMIT.
///
/// Thread safety: none, lake thread only. Lifetime: everything given outlives it.
class FlushRound {
public:
    FlushRound(const TableNames& names,
               catalog::Catalog& catalog,
               io::FileSystem& files,
               const Clock& clock,
               FlushBackend& backend)
        : names_(names), catalog_(catalog), files_(files), clock_(clock), backend_(backend) {}

    /// Flushes job's rows; the result's watermark is where it ended.
    ///
    /// @error kConflict  W or the log is another: read W again. What was written is discarded.
    /// @error kCommitStateUnknown  W must be read again; the files stay journaled.
    /// @error others  nothing landed; what was written is discarded.
    Result<RoundResult> run(const FlushJob& job, const Uuid& log_uuid, Deadline deadline);

    /// The plan of the last run; `to` is 0 when it had none.
    const FlushPlan& plan() const { return plan_; }

    /// The last run's error came from the worker (it died, hung, or said so).
    bool has_worker_failed() const { return has_worker_failed_; }

private:
    struct Target {
        catalog::TableIdent ident;
        TableLayout layout;
    };

    Result<Target> load_target(Table table);

    const Target& target(Table table) const {
        return table == Table::kEvents ? events_ : rejected_;
    }

    std::vector<std::filesystem::path> name_files() const;
    Result<> journal(const Uuid& commit_id, const std::vector<std::filesystem::path>& data);
    Result<catalog::AppendIntent> make_intent(const FlushJob& job,
                                              const Uuid& log_uuid,
                                              const Uuid& commit_id,
                                              const std::vector<WrittenDataFile>& written);
    Result<catalog::Committed> commit(const catalog::AppendIntent& intent, Deadline deadline);
    void discard(const Uuid& commit_id);

    const TableNames& names_;
    catalog::Catalog& catalog_;
    io::FileSystem& files_;
    const Clock& clock_;
    FlushBackend& backend_;
    FlushPlan plan_;
    bool has_worker_failed_ = false;
    Target events_;
    Target rejected_;
};

}  // namespace icelight::lake
