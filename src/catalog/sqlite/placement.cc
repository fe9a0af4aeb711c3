#include "catalog/sqlite/placement.h"

#include "base/ids.h"
#include "catalog/metadata_file.h"
#include "catalog/sqlite/client/names.h"
#include "io/file_system.h"
#include "io/location.h"

namespace icelight::catalog::sqlite {

Result<std::filesystem::path> place_namespace(const std::filesystem::path& warehouse,
                                              const std::vector<std::string>& levels) {
    std::filesystem::path folder = warehouse;
    for (const std::string& level : levels) {
        ICE_TRY(check_name(level));
        folder /= level;
    }
    return folder;
}

Result<std::string> place_table(io::FileSystem& files,
                                const std::filesystem::path& warehouse,
                                const PlaceRequest& request,
                                TimestampUs now_us) {
    std::filesystem::path folder;
    if (!request.wanted.empty() && path_inside(request.wanted, warehouse)) {
        ICE_ASSIGN(folder, path_of(request.wanted));
    } else {
        ICE_ASSIGN(folder, place_namespace(warehouse, request.ident.space));
        ICE_TRY(check_name(request.ident.name));
        folder /= request.ident.name;
        // A table that was renamed or dropped may have left its files there.
        ICE_ASSIGN(const bool is_taken, files.exists(folder));
        if (is_taken) folder += "-" + make_uuid_v7(now_us).text();
    }
    if (request.is_written) {
        ICE_TRY(files.create_directories(folder / "metadata"));
        ICE_TRY(files.create_directories(folder / "data"));
    }
    return io::file_location(folder);
}

}  // namespace icelight::catalog::sqlite
