#include "lake/upkeep/garbage_collector.h"

#include <algorithm>
#include <set>
#include <utility>

#include "catalog/catalog.h"
#include "catalog/metadata_file.h"
#include "catalog/pins.h"
#include "iceberg/table_metadata.h"
#include "io/file_system.h"
#include "io/location.h"
#include "lake/upkeep/reachable_files.h"
#include "lake/upkeep/table_directory.h"

namespace icelight::lake {
namespace {

/// Files deleted in one turn of the commit queue: a few milliseconds.
constexpr std::size_t kRemovedPerTurn = 128;
/// A commit may land between a look and its turn; each try reads only what is new.
/// Only somebody who commits without a pause, all that while, lets a pass end early.
constexpr int kTriesMax = 64;

}  // namespace

GarbageCollector::GarbageCollector(GarbageOptions options,
                                   catalog::Catalog& catalog,
                                   io::FileSystem& files)
    : options_(std::move(options)),
      catalog_(catalog),
      files_(files),
      garbage_(load_garbage(files, options_.list)) {}

Result<Collected> GarbageCollector::run(std::chrono::milliseconds elapsed) {
    ICE_ASSIGN(auto state, catalog_.state());
    ReachableFiles reachable(files_, options_.is_stopping);
    ICE_TRY(add_tables(state, reachable));
    ICE_ASSIGN(garbage_, look(state, reachable, elapsed));
    const auto deleted = remove_due(std::move(state), reachable);
    // Stored whatever became of the deletion: ages count from one pass to the next.
    ICE_TRY(store_garbage(files_, options_.list, garbage_));
    ICE_ASSIGN(const std::size_t count, deleted);
    return Collected{count, garbage_.size()};
}

Result<> GarbageCollector::add_tables(const catalog::CatalogState& state,
                                      ReachableFiles& reachable) {
    for (const auto& [ident, location] : state.metadata_locations) {
        ICE_ASSIGN(auto metadata, catalog::load_metadata(files_, location));
        const auto added = reachable.add({std::move(metadata), location});
        if (!added) return fail_in(catalog::text_of(ident), added.error());
    }
    for (const std::string& location : state.view_locations)
        reachable.add_location(location);
    return {};
}

Result<std::size_t> GarbageCollector::look_into(const std::filesystem::path& directory,
                                                const Sight& sight,
                                                GarbageList& seen) {
    ICE_ASSIGN(auto paths, list_table_files(files_, directory));
    const std::size_t count = paths.size();
    for (std::string& path : paths) {
        if (sight.reachable.has(path) || sight.journaled.contains(path)) continue;
        if (seen.size() >= kGarbageMax) break;
        const auto known = garbage_.find(path);
        const Garbage entry = known == garbage_.end()
                                  ? Garbage{std::chrono::milliseconds(0), sight.epoch}
                                  : Garbage{known->second.age + sight.elapsed, known->second.epoch};
        seen.emplace(std::move(path), entry);
    }
    return count;
}

Result<GarbageList> GarbageCollector::look(const catalog::CatalogState& state,
                                           const ReachableFiles& reachable,
                                           std::chrono::milliseconds elapsed) {
    Sight sight{reachable, {}, elapsed, catalog_.pins().epoch()};
    for (const catalog::Journal& journal : state.journals)
        sight.journaled.insert(journal.paths.begin(), journal.paths.end());
    GarbageList seen;
    for (const catalog::TableIdent& ident : options_.tables) {
        if (!state.metadata_locations.contains(ident)) continue;
        ICE_ASSIGN(const auto metadata,
                   catalog::load_metadata(files_, state.metadata_locations.at(ident)));
        ICE_ASSIGN(const auto directory, io::parse_location(metadata->location));
        ICE_TRY(look_into(directory, sight, seen));
    }
    ended_purges_.clear();
    for (const std::string& location : state.purges) {
        ICE_ASSIGN(const auto directory, io::parse_location(location));
        ICE_ASSIGN(const std::size_t count, look_into(directory, sight, seen));
        if (count == 0) ended_purges_.push_back(location);
    }
    return seen;
}

std::vector<std::string> GarbageCollector::find_due() const {
    const catalog::PinRegistry& pins = catalog_.pins();
    const bool is_pinned = pins.count() > 0;
    const std::uint64_t lowest = pins.lowest_epoch();
    std::vector<std::string> due;
    for (const auto& [path, entry] : garbage_) {
        // The epoch is published after the commit: a pin of the same epoch may be older than it.
        if (entry.age < options_.min_age || (is_pinned && lowest <= entry.epoch)) continue;
        due.push_back(path);
    }
    return due;
}

Result<std::size_t> GarbageCollector::remove_due(catalog::CatalogState state,
                                                 ReachableFiles& reachable) {
    std::size_t deleted = 0;
    int tries = 0;
    std::vector<std::string> due = find_due();
    while (!due.empty() || !ended_purges_.empty()) {
        const std::size_t count = std::min(due.size(), kRemovedPerTurn);
        const auto first = due.end() - static_cast<std::ptrdiff_t>(count);
        const auto removed =
            catalog_.remove_files({state.metadata_locations, {first, due.end()}, ended_purges_});
        if (removed) {
            ended_purges_.clear();
            deleted += *removed;
            for (auto path = first; path != due.end(); ++path)
                garbage_.erase(*path);
            due.erase(first, due.end());
            tries = 0;
            continue;
        }
        if (removed.error().code != ErrorCode::kConflict || ++tries > kTriesMax)
            return tl::unexpected(removed.error());
        ICE_ASSIGN(state, catalog_.state());
        ICE_TRY(add_tables(state, reachable));
        std::erase_if(due, [&](const std::string& path) { return reachable.has(path); });
    }
    return deleted;
}

}  // namespace icelight::lake
