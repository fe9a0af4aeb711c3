#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "http/method.h"
#include "http/request.h"
#include "http/response.h"

namespace icelight::http {

/// The session keeps it until its answer left; the handler may move the body out.
using RequestPtr = std::shared_ptr<Request>;

/// Answers one request. Runs on the connection's net thread and must not block it.
using Handler = std::function<boost::asio::awaitable<Response>(RequestPtr)>;

/// Looks at a request whose body has not been read yet; an answer refuses it.
using Check = std::function<std::optional<Response>(Request&)>;

struct Route {
    Method method = Method::kGet;
    std::string pattern;  ///< "/tables/{namespace}/{table}": each {…} takes one segment.
    Handler handler;
    Check check;                     ///< May be empty.
    std::size_t body_bytes_max = 0;  ///< 0: what Limits say.
    /// Errors that http itself makes for this route take the shape of its family: 0 for the
    /// default, else what the application chose.
    int family = 0;
};

/// What a path leads to.
struct Match {
    const Route* route = nullptr;  ///< Null: no such path, or not by that method.
    MethodSet allowed;             ///< Of the path; empty: no such path.
    std::vector<std::string> parameters;
    int family = 0;
    bool is_malformed = false;  ///< A bad percent sign in the path.
};

/// Method and path to handler. Immutable once serving; then safe from any thread.
class Router {
public:
    void add(Route route);

    /// Also matches HEAD on GET routes. `path` as Request::path(): encoded, no slash at the end.
    Match find(Method method, std::string_view path) const;

    // Set before serving; each may stay empty.
    Check check_all;  ///< Runs first, for every request with a well-formed head.
    std::function<Response(const Request&, const MethodSet&)> answer_options;
    /// Answers what the protocol refuses (404, 405, 408, 413, …) in the family's own shape.
    std::function<Response(const Request&, int family, int status, std::string_view message)>
        render_error;
    /// Runs last, on every answer to a request with a well-formed head.
    std::function<void(const Request&, Response&)> decorate;

private:
    struct Entry {
        std::vector<std::string> segments;  ///< "{" stands for any one.
        std::vector<Route> routes;          ///< One per method.
    };

    Entry& entry_of(const std::string& pattern);
    static void match_entry(const Entry& entry, Method method, Match& match);

    std::unordered_map<std::string, Entry> exact_;
    std::vector<Entry> patterns_;
};

}  // namespace icelight::http
