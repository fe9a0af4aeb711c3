#pragma once

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "query/external/external_catalog.h"
#include "query/gate/gate.h"

namespace icelight::engine {
class Database;
class Session;
}  // namespace icelight::engine

namespace icelight::query {

/// How long a worker that attached a catalog serves: tokens and what catalogs said of themselves
/// grow old, and nothing is attached twice.
inline constexpr std::chrono::minutes kAttachmentAgeMax{5};

/// The external catalogs of one worker's engine, attached when a query first names them.
///
/// Thread safety: one thread. Works after the engine's configuration was locked.
class Attachments {
public:
    explicit Attachments(std::vector<ExternalCatalog> catalogs) : catalogs_(std::move(catalogs)) {}

    /// Settings that must be made before the configuration is locked: the one way out.
    ///
    /// @param relay_port, password  of the relay, on loopback.
    static std::vector<std::string> network_settings(std::uint16_t relay_port,
                                                     const std::string& password,
                                                     const std::string& ca_file);

    /// Attaches what is not attached yet, read-only, under its own name.
    ///
    /// Nothing is ever detached, and after an error the worker must end. The extension (1.5.5)
    /// remembers the host of an attachment by its address in memory, for each connection: one that
    /// comes where another was is asked for at the other's host, with its own token.
    ///
    /// @param names  of catalogs, lower case.
    /// @error kUnavailable  the catalog did not let us in; the message begins with its name and
    ///   holds no secret. kTimeout: interrupted.
    Result<> attach(engine::Database& database, const std::vector<std::string>& names);

    const std::vector<ExternalCatalog>& catalogs() const { return catalogs_; }

private:
    static Result<> attach_one(engine::Database& database, const ExternalCatalog& catalog);

    const std::vector<ExternalCatalog> catalogs_;
    std::set<std::string> attached_;
};

/// Refuses a table of an attached catalog that the extension would read wrongly, see
/// equality_deletes.h. Reads its metadata, and all manifests where those do not say it.
///
/// @error kUnsupported  it has them, or cannot be asked about by its name. Else what the engine
/// says;
///   a table that is not there is left to the statement.
Result<> check_equality_deletes(engine::Session& session, const ExternalTable& table);

/// The statements that attach a catalog, in order; all but the last hold its secrets.
std::vector<std::string> attach_statements(const ExternalCatalog& catalog);

/// What an error of a query over `names` is to its user: kIo is the catalogs' fault, and the
/// message then names them, says what it means, and holds no secret of `all`.
Error explain_external(Error error,
                       const std::vector<std::string>& names,
                       const std::vector<ExternalCatalog>& all);

}  // namespace icelight::query
