#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/table_commit.h"
#include "iceberg/table_metadata.h"

/// What clients of the REST protocol may change. Each is one transaction: whole or not at all.
namespace icelight::catalog {

struct CreateNamespace {
    Namespace space;
};

/// @error kConflict  it still holds tables or namespaces.
struct DropNamespace {
    std::vector<std::string> levels;
};

/// The reply says what was updated, removed, and asked to be removed but not there.
struct UpdateNamespace {
    std::vector<std::string> levels;
    std::vector<std::string> removals;
    std::map<std::string, std::string> updates;
};

/// `metadata.location` lies in the warehouse: Catalog::place_table() says where.
struct CreateTable {
    TableIdent ident;
    iceberg::TableMetadata metadata;
};

/// Makes an existing metadata file the table's current one. Its files may lie anywhere.
struct RegisterTable {
    TableIdent ident;
    std::string metadata_location;
    bool overwrites = false;  ///< An existing table of that name is replaced.
};

struct RenameTable {
    TableIdent from;
    TableIdent to;
};

/// Forgets the table; its files stay.
struct DropTable {
    TableIdent ident;
    bool is_admin = false;  ///< A table that the log is carried into needs it.
};

/// All commits or none; a commit with assert-create makes its table.
struct CommitTables {
    std::vector<TableCommit> commits;
};

using ClientChange = std::variant<CreateNamespace,
                                  DropNamespace,
                                  UpdateNamespace,
                                  CreateTable,
                                  RegisterTable,
                                  RenameTable,
                                  DropTable,
                                  CommitTables>;

/// How long a request key is remembered.
inline constexpr std::int64_t kRequestKeySeconds = 30 * 60;

/// A client's own name for one request ("Idempotency-Key"): the same key again changes nothing and
/// gets the outcome of the first time.
struct RequestKey {
    std::string key;
    std::string digest;  ///< Of the request: one key for two requests is refused.
};

struct ClientRequest {
    ClientChange change;
    std::optional<RequestKey> key;
};

struct PropertyChanges {
    std::vector<std::string> updated;
    std::vector<std::string> removed;
    std::vector<std::string> missing;
};

struct ClientReply {
    /// Of changes of tables, in the order of the request: as they are now.
    std::vector<LoadedTable> tables;
    PropertyChanges properties;  ///< Of UpdateNamespace.
};

}  // namespace icelight::catalog
