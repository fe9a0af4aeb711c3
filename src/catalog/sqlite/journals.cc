#include "catalog/sqlite/journals.h"

#include <string>
#include <utility>

#include "catalog/metadata_file.h"
#include "catalog/reach.h"
#include "catalog/sqlite/rows.h"
#include "catalog/telemetry.h"
#include "io/file_system.h"

namespace icelight::catalog::sqlite {

Result<> JournalCleaning::check_path(const std::string& text) const {
    ICE_TRY(path_inside(text, warehouse_));
    return {};
}

Result<std::size_t> JournalCleaning::clean(Connection& connection,
                                           const std::vector<Journal>& journals,
                                           const std::vector<LoadedTable>& tables) const {
    if (journals.empty()) return 0;
    const auto reached = find_protected(journals, tables);
    if (!reached) {
        // Somebody else's old snapshot may be unreadable; that is no reason to delete blindly.
        telemetry::journals_kept(journals.size(), reached.error().message);
        return 0;
    }
    std::size_t cleaned = 0;
    for (std::size_t i = 0; i < journals.size(); ++i) {
        const std::string id = journals[i].commit_id.text();
        if (const auto file = reached->find(i); file != reached->end()) {
            telemetry::journals_kept(1, "commit " + id + ": a table reaches " + file->second);
            continue;
        }
        ICE_ASSIGN(const std::size_t deleted, delete_files(journals[i]));
        ICE_TRY(remove_journal(connection, journals[i].commit_id));
        telemetry::journal_discarded(id, deleted);
        ++cleaned;
    }
    return cleaned;
}

Result<std::map<std::size_t, std::string>> JournalCleaning::find_protected(
    const std::vector<Journal>& journals, const std::vector<LoadedTable>& tables) const {
    std::map<std::string, std::size_t> owners;
    for (std::size_t i = 0; i < journals.size(); ++i) {
        for (const std::string& path : journals[i].paths)
            owners.emplace(path, i);
    }
    std::map<std::size_t, std::string> reached;
    const auto visit = [&](const std::filesystem::path& path) -> Result<bool> {
        const auto owner = owners.find(path.string());
        if (owner != owners.end()) reached.emplace(owner->second, owner->first);
        return true;
    };
    for (const LoadedTable& table : tables) {
        ICE_TRY(visit_reachable_files(files_, *table.metadata, ReachScope::kAllSnapshots, visit));
    }
    return reached;
}

Result<std::size_t> JournalCleaning::delete_files(const Journal& journal) const {
    std::size_t deleted = 0;
    for (const std::string& path : journal.paths) {
        ICE_TRY(check_path(path));
        ICE_ASSIGN(const bool is_there, files_.exists(path));
        if (!is_there) continue;
        ICE_TRY(files_.remove(path));
        ++deleted;
    }
    return deleted;
}

}  // namespace icelight::catalog::sqlite
