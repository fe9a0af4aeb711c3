#pragma once

#include <vector>

#include "base/result.h"
#include "catalog/client_change.h"
#include "catalog/pins.h"
#include "catalog/sink/sink_table.h"
#include "catalog/sqlite/committer.h"
#include "catalog/sqlite/table_transaction.h"
#include "catalog/sqlite/writer.h"

namespace icelight::catalog::sqlite {

/// The highest version among the metadata files beside `location`: what is written next must not
/// look older than what is there.
Result<std::int64_t> load_highest_version(io::FileSystem& files, const std::string& location);

/// Turns clients' changes into transactions: one each, whole or not at all.
///
/// A commit that had landed before (its key, or its snapshots, are there already) changes nothing
/// and is answered as if it had landed now. Thread safety: none; the catalog thread's. Lifetime:
/// what it is made of outlives it.
class ClientChanges {
public:
    ClientChanges(Workshop& shop,
                  Writer& writer,
                  Committer& committer,
                  const std::vector<SinkTable>& sinks)
        : shop_(shop), writer_(writer), committer_(committer), sinks_(sinks) {}

    /// @error as Catalog::change(). Nothing was changed, unless kCommitStateUnknown.
    Result<ClientReply> apply(const ClientRequest& request);

private:
    /// One change inside its transaction. @return whether there is something to commit.
    struct Step {
        ClientChanges& owner;
        Connection& connection;
        TableTransaction& tables;
        ClientReply& reply;

        // namespace_changes.cc
        Result<bool> operator()(const CreateNamespace& change);
        Result<bool> operator()(const DropNamespace& change);
        Result<bool> operator()(const UpdateNamespace& change);
        // table_changes.cc
        Result<bool> operator()(const CreateTable& change);
        Result<bool> operator()(const RegisterTable& change);
        Result<bool> operator()(const RenameTable& change);
        Result<bool> operator()(const DropTable& change);
        // table_commits.cc
        Result<bool> operator()(const CommitTables& change);
        // view_changes.cc
        Result<bool> operator()(const CreateView& change);
        Result<bool> operator()(const CommitView& change);
        Result<bool> operator()(const RegisterView& change);
        Result<bool> operator()(const RenameView& change);
        Result<bool> operator()(const DropView& change);

        Result<> require_free(const TableIdent& ident);
        Result<> require_free_view(const TableIdent& ident);
        Result<> write_view(RelationRow& row, const iceberg::ViewMetadata& metadata);
        Result<bool> commit_one(const TableCommit& commit);
        Result<bool> commit_new(const TableCommit& commit);
    };

    Result<bool> run(Connection& connection,
                     const ClientRequest& request,
                     TableTransaction& tables,
                     ClientReply& reply);
    /// So that the same request again is refused alike.
    void keep_refusal(const ClientRequest& request, const Error& error);
    /// The view that a repeated request made, as it is now.
    Result<> load_view_of(Connection& connection, const ClientChange& change, ClientReply& reply);
    /// A client's change of a sink's table, or its end (`after` without snapshots): the rules, R,
    /// and the halt that follows from lost rows.
    Result<> account_for(Connection& connection,
                         const SinkTable& sink,
                         const iceberg::TableMetadata& before,
                         const iceberg::TableMetadata& after);
    const SinkTable* find_sink(const TableIdent& ident) const;

    Workshop& shop_;
    Writer& writer_;
    Committer& committer_;
    const std::vector<SinkTable>& sinks_;
};

}  // namespace icelight::catalog::sqlite
