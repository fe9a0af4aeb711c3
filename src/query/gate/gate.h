#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "query/gate/predicate.h"

namespace icelight::engine {
class Session;
}

/// What a stranger's SQL may be: one SELECT (or EXPLAIN, DESCRIBE, SUMMARIZE of one, SHOW TABLES
/// or SHOW FUNCTIONS) over the catalog's tables with harmless functions.
///
/// The text is read by the engine's own parser; its tree is walked against allow-lists, so what is
/// not known is refused. Runs in the worker, never in the server.
namespace icelight::query {

inline constexpr std::size_t kTreeNodesMax = 100'000;
inline constexpr std::size_t kTableReferencesMax = 256;
inline constexpr std::size_t kSelectsMax = 1'000;
inline constexpr std::size_t kNameBytesMax = 512;

/// A table as the statement names it. Identifiers compare without case, as everywhere in SQL.
struct TableName {
    std::string space;  ///< Levels joined by '.'; empty: the namespace of the event tables.
    std::string name;

    bool operator==(const TableName&) const = default;
};

/// A table of an external catalog, as the statement spells it.
struct ExternalTable {
    std::string catalog;  ///< Lower case.
    std::string space;
    std::string name;

    bool operator==(const ExternalTable&) const = default;
};

/// The catalog by its own name, and by the one that clients of Cloudflare's R2 know.
inline constexpr std::string_view kCatalog = "icelight";
inline constexpr std::string_view kAliasCatalog = "r2_datalake";

enum class StatementKind : std::uint8_t {
    kRows,           ///< Run `sql`.
    kShowTables,     ///< Answer with the catalog's table names.
    kShowFunctions,  ///< Answer with the functions that may be called.
};

/// Where something stands, when nobody knows.
inline constexpr std::size_t kNoPlace = std::numeric_limits<std::size_t>::max();

struct Statement {
    StatementKind kind = StatementKind::kRows;
    std::vector<TableName> tables;    ///< Each once, in order of first use.
    bool uses_alias_catalog = false;  ///< Names one as kAliasCatalog.x.y. Not sent to the server.
    /// The same tables give the same answer: nothing in it asks the clock, a random generator or
    /// the engine's course.
    bool is_repeatable = false;
    /// It holds IS [NOT] DISTINCT FROM a value below OR or NOT. As a filter on a file the engine
    /// (1.5.5) misreads that, and leaves out row groups of nothing but NULLs: none may reach the
    /// files. Not sent to the server.
    bool misleads_pruning = false;
    /// External catalogs that it names, each once, lower case.
    std::vector<std::string> externals;
    std::vector<ExternalTable> external_tables;  ///< Each once. Not sent to the server.
    /// For each of `tables` what each mention of it asks of its rows. Not sent to the server.
    std::vector<std::vector<Predicates>> mentions;
    /// For each of `tables` the byte of the text where it is named first, or kNoPlace.
    std::vector<std::size_t> places;
};

/// The text that begins every refusal.
inline constexpr std::string_view kRefusalPrefix = "SQL validation failed: ";

/// " (at character 14)", from 1 and in characters, as the engine's parser says it; nothing for
/// kNoPlace.
std::string place_text(std::string_view sql, std::size_t place);

/// Checks `sql` of at most kSqlBytesMax bytes.
///
/// @param externals  names of the external catalogs, lower case; their tables are named
///   catalog.namespace.table and are not among Statement::tables.
/// @error kInvalidArgument  refused; the message begins with kRefusalPrefix.
Result<Statement> check_statement(engine::Session& session,
                                  std::string_view sql,
                                  const std::vector<std::string>& externals = {});

}  // namespace icelight::query
