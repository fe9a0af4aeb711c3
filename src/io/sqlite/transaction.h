#pragma once

#include <utility>

#include "base/result.h"
#include "io/sqlite/connection.h"

namespace icelight::io::sqlite {

enum class TransactionKind {
    kRead,   ///< One moment of the database, as of the first SELECT.
    kWrite,  ///< Takes the write lock at once.
};

/// A transaction that is rolled back unless it was committed.
///
/// Lifetime: the connection outlives it.
class Transaction {
public:
    static Result<Transaction> begin(Connection& connection, TransactionKind kind) {
        ICE_TRY(connection.execute(kind == TransactionKind::kRead ? "BEGIN" : "BEGIN IMMEDIATE"));
        return Transaction(&connection);
    }

    Transaction(Transaction&& other) noexcept
        : connection_(std::exchange(other.connection_, nullptr)) {}

    Transaction& operator=(Transaction&&) = delete;

    ~Transaction() {
        if (connection_ != nullptr) connection_->rollback();
    }

    /// An error of a write transaction's commit leaves its outcome unknown.
    Result<> commit() {
        Connection* connection = std::exchange(connection_, nullptr);
        auto committed = connection->execute("COMMIT");
        if (!committed) connection->rollback();
        return committed;
    }

private:
    explicit Transaction(Connection* connection) : connection_(connection) {}

    Connection* connection_;
};

}  // namespace icelight::io::sqlite
