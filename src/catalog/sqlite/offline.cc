#include "catalog/sqlite/offline.h"

#include <cstdlib>
#include <string>
#include <system_error>

#include "catalog/sqlite/connection.h"
#include "catalog/sqlite/rewriter.h"
#include "catalog/sqlite/schema.h"

namespace icelight::catalog::sqlite {

namespace {

namespace fs = std::filesystem;

/// A directory of its own, gone with it.
class Scratch {
public:
    static Result<Scratch> make() {
        std::error_code error;
        std::string name = (fs::temp_directory_path(error) / "icelight-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            return fail(ErrorCode::kIo, "cannot make a directory like " + name);
        return Scratch(name);
    }

    Scratch(Scratch&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }

    Scratch& operator=(Scratch&&) = delete;

    ~Scratch() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }

    const fs::path& path() const { return path_; }

private:
    explicit Scratch(fs::path path) : path_(std::move(path)) {}

    fs::path path_;
};

}  // namespace

Result<CatalogState> load_state_offline(const fs::path& database) {
    std::error_code error;
    if (!fs::exists(database, error))
        return fail(ErrorCode::kNotFound, database.string() + " does not exist");
    ICE_ASSIGN(const Scratch scratch, Scratch::make());
    for (const char* suffix : {"", "-wal"}) {
        const fs::path from = database.string() + suffix;
        if (!fs::exists(from, error)) continue;
        if (!fs::copy_file(from, scratch.path() / ("catalog.db" + std::string(suffix)), error))
            return fail(ErrorCode::kIo, "cannot copy " + from.string() + ": " + error.message());
    }
    ConnectionOptions options;
    options.path = scratch.path() / "catalog.db";
    ICE_ASSIGN(auto connection, Connection::open(options, ConnectionMode::kReadWrite));
    ICE_TRY(prepare_schema(connection, 0));
    ICE_ASSIGN(auto transaction, Transaction::begin(connection, TransactionKind::kRead));
    return load_state(connection);
}

}  // namespace icelight::catalog::sqlite
