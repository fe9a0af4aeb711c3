#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/session.h"
#include "query/plan/file_layout.h"
#include "query/plan/file_plan.h"

namespace icelight::query {

/// Files whose layout is remembered; all are forgotten before there are more.
inline constexpr std::size_t kKnownFilesMax = 2 * kDataFilesMax;
/// Footers that one statement of the engine reads.
inline constexpr std::size_t kFootersAtOnce = 500;

/// What columns files have. A file is asked once: it never changes under its name. Files with the
/// same columns share a layout.
///
/// Thread safety: none.
class FileLayouts {
public:
    /// Reads the footers of those files of the plan that are not known.
    ///
    /// @error kUnsupported  a wildcard in a file's name, more than kSchemaRowsMax columns.
    /// @error kCorruption   a footer makes no sense; or as Session::query. Named.
    Result<> load(engine::Session& session, const FilePlan& plan);

    /// nullptr: not loaded. Lifetime: until the next load().
    const FileLayout* find(const std::string& path) const;

private:
    struct OneFile {
        std::string path;
        std::vector<SchemaRow> rows;
    };

    std::vector<std::string_view> find_unknown(const FilePlan& plan) const;
    Result<> read(engine::Session& session, const std::string& list);
    Result<> add(const OneFile& file);

    std::unordered_map<std::string, std::shared_ptr<const FileLayout>> files_;
    std::map<std::string, std::shared_ptr<const FileLayout>, std::less<>> layouts_;  ///< By rows.
};

}  // namespace icelight::query
