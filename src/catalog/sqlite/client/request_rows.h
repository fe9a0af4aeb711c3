#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "catalog/client_change.h"
#include "catalog/sqlite/connection.h"

/// The requests that landed or were refused, by the clients' own keys. One that landed is stored in
/// the transaction that it names, so that both are there or neither.
namespace icelight::catalog::sqlite {

/// The reply of a request that landed before, without its tables.
/// @error that of a request that was refused before.
/// @error kInvalidArgument  the key was used for another request.
Result<std::optional<ClientReply>> find_request(Connection& connection, const RequestKey& key);

/// Also forgets keys older than kRequestKeySeconds.
Result<> store_request(Connection& connection,
                       const RequestKey& key,
                       const ClientReply& reply,
                       TimestampUs now_us);

/// The same for a request that was refused for good; one whose key is known is left as it is.
Result<> store_refusal(Connection& connection,
                       const RequestKey& key,
                       const Error& error,
                       TimestampUs now_us);

}  // namespace icelight::catalog::sqlite
