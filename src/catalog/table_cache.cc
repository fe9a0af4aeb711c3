#include "catalog/table_cache.h"

#include <utility>

#include "catalog/metadata_file.h"

namespace icelight::catalog {

Result<LoadedTable> TableCache::load(const TableIdent& ident, const std::string& location) {
    LoadedTable table;
    {
        const std::lock_guard lock(mutex_);
        const auto found = tables_.find(ident);
        if (found != tables_.end()) table = found->second;
    }
    if (table.metadata_location == location) {
        auto is_there = require_metadata(files_, location);
        if (!is_there) return fail_in(text_of(ident), std::move(is_there).error());
        return table;
    }
    auto metadata = load_metadata(files_, location);
    if (!metadata) return fail_in(text_of(ident), std::move(metadata).error());
    table = {std::move(*metadata), location};
    publish(ident, table);
    return table;
}

void TableCache::publish(const TableIdent& ident, LoadedTable table) {
    const std::lock_guard lock(mutex_);
    tables_[ident] = std::move(table);
}

void TableCache::forget(const TableIdent& ident) {
    const std::lock_guard lock(mutex_);
    tables_.erase(ident);
}

}  // namespace icelight::catalog
