#include "lake/fsck/fsck_strays.h"

#include <set>
#include <string>

#include <fmt/format.h>

#include "catalog/metadata_file.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "io/location.h"
#include "lake/upkeep/garbage_list.h"
#include "lake/upkeep/reachable_files.h"
#include "lake/upkeep/table_directory.h"

namespace icelight::lake {
namespace {

/// How much later than gc_min_age a file may be deleted: a few passes of the collector.
constexpr std::chrono::hours kMargin{1};

}  // namespace

std::size_t check_strays(const FsckJob& job, io::FileSystem& files, Findings& findings) {
    ReachableFiles reachable(files);
    std::vector<std::pair<std::string, std::string>> directories;
    for (const auto& [ident, location] : job.state.metadata_locations) {
        const auto metadata = catalog::load_metadata(files, location);
        if (!metadata || !reachable.add({*metadata, location})) {
            findings.notice({"strays-unknown",
                             catalog::text_of(ident),
                             "",
                             "the table cannot be read whole, so nobody can tell what is stray"});
            return 0;
        }
        directories.emplace_back(catalog::text_of(ident), (*metadata)->location);
    }
    std::set<std::string> journaled;
    for (const catalog::Journal& journal : job.state.journals)
        journaled.insert(journal.paths.begin(), journal.paths.end());
    const GarbageList garbage = load_garbage(files, job.garbage_list);
    std::size_t count = 0;
    for (const auto& [table, location] : directories) {
        const auto directory = io::parse_location(location);
        const auto paths =
            directory ? list_table_files(files, *directory)
                      : Result<std::vector<std::string>>(tl::unexpected(directory.error()));
        if (!paths) {
            findings.error({"directory", table, location, paths.error().message});
            continue;
        }
        for (const std::string& path : *paths) {
            if (reachable.has(path) || journaled.contains(path)) continue;
            ++count;
            const auto known = garbage.find(path);
            const auto age =
                known == garbage.end() ? std::chrono::milliseconds(0) : known->second.age;
            const std::string detail = fmt::format(
                "no table reaches it, for {} min of running time", age.count() / 60'000);
            if (age >= job.gc_min_age + kMargin) {
                findings.error({"stray-file", table, path, detail});
            } else {
                findings.notice({"stray-file", table, path, detail});
            }
        }
    }
    return count;
}

}  // namespace icelight::lake
