#include "server/api/iceberg/table_reply.h"

#include <set>

#include <fmt/format.h>

#include "base/hash.h"
#include "catalog/refusal.h"
#include "iceberg/json/table_metadata_json.h"

namespace icelight::server {
namespace {

iceberg::TableMetadata with_refs_only(const iceberg::TableMetadata& metadata) {
    std::set<std::int64_t> named;
    for (const auto& [name, ref] : metadata.refs)
        named.insert(ref.snapshot_id);
    iceberg::TableMetadata cut = metadata;
    std::erase_if(cut.snapshots,
                  [&](const auto& snapshot) { return !named.contains(snapshot.snapshot_id); });
    return cut;
}

}  // namespace

std::string load_json(const catalog::LoadedTable& table, bool has_all) {
    return fmt::format(R"({{"metadata-location":{},"metadata":{},"config":{{}}}})",
                       http::quote_json(table.metadata_location),
                       has_all ? iceberg::encode_table_metadata(*table.metadata)
                               : iceberg::encode_table_metadata(with_refs_only(*table.metadata)));
}

std::string etag_of(const catalog::LoadedTable& table, bool has_all) {
    constexpr std::size_t kTagBytes = 32;
    return fmt::format("\"{}{}\"",
                       sha256_hex(table.metadata_location).substr(0, kTagBytes),
                       has_all ? "" : "-refs");
}

Result<catalog::LoadedTable> load_existing(const Call& call, const catalog::TableIdent& ident) {
    auto loaded = call.catalog.load_table(ident);
    if (loaded || catalog::noun_of(loaded.error()) == catalog::Noun::kTable) return loaded;
    if (loaded.error().code != ErrorCode::kNotFound) return loaded;
    ICE_ASSIGN(const auto point, call.catalog.read_point({ident}));
    const auto found = point.metadata_locations.find(ident);
    if (found == point.metadata_locations.end()) return catalog::no_such_table(ident);
    return fail(ErrorCode::kNotFound, "Failed to open input stream for file: " + found->second);
}

Result<http::Response> make_load_reply(const catalog::TableIdent& ident,
                                       const catalog::ClientReply& reply) {
    if (reply.tables.empty()) return catalog::no_such_table(ident);
    const auto& table = reply.tables.front();
    auto response = http::make_json(http::status::kOk, load_json(table, true));
    response.add_header("ETag", etag_of(table, true));
    return response;
}

}  // namespace icelight::server
