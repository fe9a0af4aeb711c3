#pragma once

#include <string_view>

#include "base/result.h"
#include "http/response.h"

/// The one table from errors to what the Iceberg REST specification calls them.
namespace icelight::server {

/// Statuses of the specification that no ErrorCode stands for.
inline constexpr int kNotModified = 304;
inline constexpr int kUnprocessable = 422;

/// The spec's ErrorModel: {"error":{"message":…,"type":…,"code":…}}.
http::Response make_iceberg_error(int status, std::string_view type, std::string_view message);

/// Status and type of an error of the catalog.
http::Response make_iceberg_failure(const Error& error);

/// The spec's type for a status that the protocol itself refuses with.
std::string_view iceberg_type_of(int status);

}  // namespace icelight::server
