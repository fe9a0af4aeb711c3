#pragma once

#include "io/sqlite/connection.h"
#include "io/sqlite/transaction.h"

/// The SQLite of module io, in the words of the catalog.
namespace icelight::catalog::sqlite {

using io::sqlite::Connection;
using io::sqlite::ConnectionMode;
using io::sqlite::ConnectionOptions;
using io::sqlite::Statement;
using io::sqlite::Transaction;
using io::sqlite::TransactionKind;

}  // namespace icelight::catalog::sqlite
