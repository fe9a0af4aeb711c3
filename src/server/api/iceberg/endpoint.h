#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/client_change.h"
#include "http/request.h"
#include "http/response.h"
#include "http/target.h"
#include "server/api/iceberg/access.h"

/// What an endpoint of the catalog is: a row of a table and a function that may block.
namespace icelight::server {

/// One request to the catalog, as its endpoint sees it.
struct Call {
    catalog::Catalog& catalog;
    const http::Request& request;
    const app::Token& caller;
    http::QueryParameters query;

    /// The namespace in the path: its first parameter, levels joined by 0x1F.
    std::vector<std::string> space() const;
    /// The namespace and the name behind it.
    catalog::TableIdent table() const;
    /// The client's own key for this request ("Idempotency-Key"), with a digest of the request.
    /// @error kInvalidArgument  not a UUID.
    Result<std::optional<catalog::RequestKey>> key() const;
    /// Makes the change under the request's key.
    Result<catalog::ClientReply> change(catalog::ClientChange change) const;

    std::string parameter(std::string_view name) const {
        return http::find_parameter(query, name).value_or("");
    }
};

/// A row of the REST specification.
struct Endpoint {
    http::Method method;
    const char* path;  ///< Below /iceberg/v1, as the router has it.
    Verb verb;         ///< On the namespace in the path, if there is one.
    Result<http::Response> (*answer)(const Call&);
};

std::span<const Endpoint> namespace_endpoints();
std::span<const Endpoint> table_endpoints();
std::span<const Endpoint> commit_endpoints();
std::span<const Endpoint> view_endpoints();

/// Levels joined by 0x1F, as in paths and in `parent`.
std::vector<std::string> parse_levels(const std::string& joined);

/// 204, as the spec's answer to what has nothing to say.
http::Response make_no_content();

/// ["a","b"]
std::string levels_json(const std::vector<std::string>& levels);
/// {"namespace":["a"],"name":"t"}
std::string ident_json(const catalog::TableIdent& ident);
/// {"a":"b"}
std::string properties_json(const std::map<std::string, std::string>& properties);

/// The part of a list that the client asks for with pageToken and pageSize, both optional.
struct Page {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string next_token;  ///< Empty: this is the last one.

    /// "" or ,"next-page-token":"…"
    std::string token_json() const;
};

/// @param names  of all items, ascending: tokens name the last item of the page before.
/// @error kInvalidArgument  pageSize is no positive number.
Result<Page> find_page(const Call& call, const std::vector<std::string>& names);

/// 200 {"identifiers":[…]}: the page of them that is asked for. @error as find_page().
Result<http::Response> list_idents(const Call& call,
                                   const std::vector<catalog::TableIdent>& idents);

}  // namespace icelight::server
