#pragma once

#include <string>
#include <vector>

#include "app/secret.h"
#include "app/token.h"
#include "base/result.h"
#include "io/sqlite/connection.h"

/// The table `tokens` as values; in the caller's transaction, errors as source_rows.h.
namespace icelight::app {

using io::sqlite::Connection;

struct StoredToken {
    Token token;
    SecretHash hash{};
};

Result<std::vector<StoredToken>> load_tokens(Connection& connection);  ///< By name.
Result<> insert_token(Connection& connection, const StoredToken& stored);
/// @return whether there was one.
Result<bool> delete_token(Connection& connection, const std::string& id);

}  // namespace icelight::app
