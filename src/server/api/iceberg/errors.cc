#include "server/api/iceberg/errors.h"

#include <fmt/format.h>

#include "catalog/refusal.h"

namespace icelight::server {
namespace {

std::string_view type_of_missing(catalog::Noun noun) {
    switch (noun) {
        case catalog::Noun::kNamespace:
            return "NoSuchNamespaceException";
        case catalog::Noun::kTable:
            return "NoSuchTableException";
        case catalog::Noun::kView:
            return "NoSuchViewException";
        case catalog::Noun::kOther:
            break;
    }
    return "NotFoundException";
}

std::string_view type_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::kInvalidArgument:
            return catalog::is_invalid_view(error) ? "IllegalArgumentException"
                                                   : "BadRequestException";
        case ErrorCode::kUnauthenticated:
            return "NotAuthorizedException";
        case ErrorCode::kForbidden:
            return "ForbiddenException";
        case ErrorCode::kNotFound:
            return type_of_missing(catalog::noun_of(error));
        case ErrorCode::kAlreadyExists:
            return "AlreadyExistsException";
        case ErrorCode::kConflict:
            return catalog::is_not_empty(error) ? "NamespaceNotEmptyException"
                                                : "CommitFailedException";
        case ErrorCode::kOverloaded:
            return "TooManyRequestsException";
        case ErrorCode::kUnavailable:
        case ErrorCode::kShuttingDown:
        case ErrorCode::kTimeout:
            return "ServiceUnavailableException";
        case ErrorCode::kCommitStateUnknown:
            return "CommitStateUnknownException";
        case ErrorCode::kUnsupported:
            return "UnsupportedOperationException";
        default:
            return "InternalServerError";
    }
}

}  // namespace

http::Response make_iceberg_error(int status, std::string_view type, std::string_view message) {
    return http::make_json(status,
                           fmt::format(R"({{"error":{{"message":{},"type":"{}","code":{}}}}})",
                                       http::quote_json(message),
                                       type,
                                       status));
}

http::Response make_iceberg_failure(const Error& error) {
    auto response = make_iceberg_error(http::status_of(error.code), type_of(error), error.message);
    if (error.code == ErrorCode::kOverloaded) response.add_header("Retry-After", "1");
    return response;
}

std::string_view iceberg_type_of(int status) {
    switch (status) {
        case http::status::kNotFound:
            return "NotFoundException";
        case http::status::kUnauthorized:
            return "NotAuthorizedException";
        case http::status::kForbidden:
            return "ForbiddenException";
        case http::status::kMethodNotAllowed:
            return "UnsupportedOperationException";
        case http::status::kUnavailable:
            return "ServiceUnavailableException";
        default:
            return status < http::status::kInternalError ? "BadRequestException"
                                                         : "InternalServerError";
    }
}

}  // namespace icelight::server
