#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/table_commit.h"
#include "iceberg/table_metadata.h"
#include "iceberg/view_metadata.h"

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
    bool is_ours = false;  ///< A table that the log is carried into is made by the server only.
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

/// Forgets the table.
struct DropTable {
    TableIdent ident;
    bool is_admin = false;  ///< A table that the log is carried into needs it.
    /// Files in its location that no other table reaches are deleted once they are old enough
    /// (CatalogState::purges); else they stay.
    bool is_purge = false;
};

/// All commits or none; a commit with assert-create makes its table.
struct CommitTables {
    std::vector<TableCommit> commits;
};

/// `metadata.location` lies in the warehouse: Catalog::place_table() says where.
struct CreateView {
    TableIdent ident;
    iceberg::ViewMetadata metadata;
};

/// @error kConflict  the view has another uuid than one that is required.
struct CommitView {
    TableIdent ident;
    std::vector<Uuid> required_uuids;
    std::vector<iceberg::ViewUpdate> updates;
};

/// Makes an existing metadata file in the warehouse a view.
struct RegisterView {
    TableIdent ident;
    std::string metadata_location;
};

struct RenameView {
    TableIdent from;
    TableIdent to;
};

/// Forgets the view; its files stay.
struct DropView {
    TableIdent ident;
};

using ClientChange = std::variant<CreateNamespace,
                                  DropNamespace,
                                  UpdateNamespace,
                                  CreateTable,
                                  RegisterTable,
                                  RenameTable,
                                  DropTable,
                                  CommitTables,
                                  CreateView,
                                  CommitView,
                                  RegisterView,
                                  RenameView,
                                  DropView>;

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
    std::vector<LoadedView> views;
    PropertyChanges properties;  ///< Of UpdateNamespace.
};

}  // namespace icelight::catalog
