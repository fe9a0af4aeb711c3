#include "query/external/external_codec.h"

#include <array>

namespace icelight::query {
namespace {

std::string text(ByteReader& reader) {
    return std::string(reader.sized());
}

/// The texts of a catalog, in the order in which they are written.
template <class Catalog>
auto texts_of(Catalog& catalog) {
    return std::array{&catalog.name,
                      &catalog.uri,
                      &catalog.warehouse,
                      &catalog.token,
                      &catalog.client_id,
                      &catalog.client_secret,
                      &catalog.scope,
                      &catalog.server_uri,
                      &catalog.s3.region,
                      &catalog.s3.key_id,
                      &catalog.s3.secret,
                      &catalog.s3.endpoint};
}

void append_external(std::string& out, const ExternalCatalog& catalog) {
    for (const auto* const part : texts_of(catalog)) {
        append_sized(out, *part);
    }
    append_varint(out, catalog.s3.is_path_style ? 1 : 0);
    append_varint(out, catalog.s3.has_tls ? 1 : 0);
    append_varint(out, catalog.locations.size());
    for (const auto& location : catalog.locations)
        append_sized(out, location);
}

ExternalCatalog read_external(ByteReader& reader) {
    ExternalCatalog catalog;
    for (auto* const part : texts_of(catalog)) {
        *part = text(reader);
    }
    catalog.s3.is_path_style = reader.varint() != 0;
    catalog.s3.has_tls = reader.varint() != 0;
    const auto count = reader.varint();
    for (std::uint64_t i = 0; i < count && reader.ok(); ++i)
        catalog.locations.push_back(text(reader));
    return catalog;
}

}  // namespace

void append_externals(std::string& out, const std::vector<ExternalCatalog>& catalogs) {
    append_varint(out, catalogs.size());
    for (const auto& catalog : catalogs)
        append_external(out, catalog);
}

std::vector<ExternalCatalog> read_externals(ByteReader& reader) {
    std::vector<ExternalCatalog> catalogs;
    const auto count = reader.varint();
    for (std::uint64_t i = 0; i < count && i < kExternalCatalogsMax && reader.ok(); ++i)
        catalogs.push_back(read_external(reader));
    return catalogs;
}

}  // namespace icelight::query
