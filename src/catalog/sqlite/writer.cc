#include "catalog/sqlite/writer.h"

#include <utility>

#include "base/ids.h"
#include "catalog/sqlite/rows.h"
#include "catalog/sqlite/schema.h"
#include "catalog/telemetry.h"

namespace icelight::catalog::sqlite {

namespace {

std::string make_token() {
    Uuid token;
    fill_random(token.bytes.data(), token.bytes.size());
    return token.text();
}

/// Moves everything committed from the write-ahead log into the database file and syncs it.
Result<> checkpoint(Connection& connection) {
    ICE_ASSIGN(auto statement, Statement::prepare(connection, "PRAGMA wal_checkpoint(FULL)"));
    ICE_TRY(statement.step());
    const bool is_whole = statement.integer(0) == 0 && statement.integer(1) == statement.integer(2);
    if (is_whole) return {};
    return fail(ErrorCode::kUnavailable,
                connection.path().string() + ": readers keep the checkpoint from finishing");
}

}  // namespace

Result<bool> Writer::transact(const Change& change) {
    if (doubt_) {
        const auto settled = settle();
        if (!settled) return fail(ErrorCode::kCommitStateUnknown, settled.error().message);
    }
    ICE_TRY(ensure_open());
    auto outcome = attempt(change, make_token());
    if (outcome) return outcome;
    if (!doubt_) {
        // After an I/O error SQLite's view of the file is not to be trusted.
        if (outcome.error().code == ErrorCode::kIo) connection_ = Connection();
        return outcome;
    }
    telemetry::outcome_unknown(outcome.error().message);
    auto has_landed = settle();
    if (!has_landed) return fail(ErrorCode::kCommitStateUnknown, has_landed.error().message);
    if (*has_landed) return true;
    return fail_in("nothing was changed", std::move(outcome).error());
}

Result<bool> Writer::attempt(const Change& change, const std::string& token) {
    ICE_ASSIGN(auto transaction, Transaction::begin(connection_, TransactionKind::kWrite));
    ICE_ASSIGN(const bool is_wanted, change(connection_));
    if (!is_wanted) return false;
    ICE_TRY(store_token(connection_, token));
    if (step_hook_) {
        ICE_TRY(step_hook_(CommitStep::kSqlCommit));
    }
    auto committed = transaction.commit();
    if (committed && step_hook_) committed = step_hook_(CommitStep::kSqlCommitted);
    if (committed) return true;
    doubt_ = token;
    return tl::unexpected(std::move(committed).error());
}

Result<> Writer::ensure_open() {
    if (connection_.is_open()) return {};
    ICE_ASSIGN(auto fresh, Connection::open(options_, ConnectionMode::kReadWrite));
    ICE_TRY(set_durability(fresh));
    connection_ = std::move(fresh);
    return {};
}

Result<bool> Writer::settle() {
    connection_ = Connection();
    ICE_TRY(ensure_open());
    ICE_ASSIGN(const std::string last, load_token(connection_));
    const bool has_landed = doubt_ == last;
    if (has_landed) {
        ICE_TRY(checkpoint(connection_));
    } else {
        ICE_ASSIGN(auto transaction, Transaction::begin(connection_, TransactionKind::kWrite));
        ICE_TRY(store_token(connection_, make_token()));
        ICE_TRY(transaction.commit());
    }
    doubt_.reset();
    telemetry::outcome_settled(has_landed);
    return has_landed;
}

}  // namespace icelight::catalog::sqlite
