#include "server/api/pixel.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json.hpp>

#include "base/base64.h"
#include "http/router.h"
#include "http/target.h"
#include "server/api/ingest.h"
#include "server/api/ingest_paths.h"
#include "server/telemetry.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;
namespace json = boost::json;

/// Deeper names stay one member.
constexpr std::ptrdiff_t kNameDotsMax = 16;

/// One transparent dot, GIF89a.
constexpr std::string_view kPicture{
    "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"
    "\x21\xf9\x04\x01\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01\x44\x00\x3b",
    42};

http::Response make_picture() {
    http::Response response;
    response.content_type = "image/gif";
    response.body = kPicture;
    response.add_header("Cache-Control", "no-store");
    return response;
}

/// Sets "properties.subject" inside `properties`; false: a member on the way is no object.
bool set_inside(json::object& event, std::string_view name, const std::string& value) {
    json::object* object = &event;
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
        json::value& inner = (*object)[name.substr(0, dot)];
        if (inner.is_null()) inner.emplace_object();
        if (!inner.is_object()) return false;
        object = &inner.as_object();
        name.remove_prefix(dot + 1);
    }
    (*object)[name] = value;
    return true;
}

awaitable<http::Response> take_pixel(Ingest* ingest,
                                     const IngestPath* path,
                                     http::RequestPtr request) {
    if (ingest->check(*request)) co_return make_picture();
    auto event = make_pixel_event(request->query());
    if (!event) {
        telemetry::refused_request(http::code_of(http::status::kBadRequest));
        co_return make_picture();
    }
    request->body = std::move(*event);
    // What became of it shows in the metrics and in events__rejected.
    const http::Response ignored = co_await ingest->post(path, std::move(request));
    co_return make_picture();
}

void add_pixel(http::Router& router,
               Ingest& ingest,
               const std::string& pattern,
               const IngestPath* path) {
    router.add({.method = http::Method::kGet,
                .pattern = pattern,
                .handler = [ingest = &ingest, path](http::RequestPtr request) {
                    return take_pixel(ingest, path, std::move(request));
                }});
}

}  // namespace

std::optional<std::string> make_pixel_event(std::string_view query) {
    if (query.size() > kPixelQueryBytesMax) return std::nullopt;
    auto parameters = http::parse_query(query);
    if (!parameters) return std::nullopt;
    if (auto data = http::find_parameter(*parameters, "data")) {
        // A plus sign that nobody encoded.
        std::replace(data->begin(), data->end(), ' ', '+');
        return decode_base64(*data);
    }
    json::object event;
    for (const auto& [name, value] : *parameters) {
        const bool is_deep = std::count(name.begin(), name.end(), '.') > kNameDotsMax;
        if (is_deep || !set_inside(event, name, value)) event[name] = value;
    }
    return json::serialize(event);
}

void add_pixel_routes(http::Router& router, Ingest& ingest) {
    static const std::array<IngestPath, 2> rudder = {
        IngestPath{"/pixel/v1/track", "track", event::Path::kPixel},
        IngestPath{"/pixel/v1/page", "page", event::Path::kPixel},
    };
    for (const IngestPath& path : rudder)
        add_pixel(router, ingest, path.path, &path);
    for (const IngestPath& path : ingest_paths()) {
        const bool is_single = path.kind == event::Path::kSingle && path.route_type != "merge";
        const std::string name = "/v1/" + std::string(path.route_type);
        if (is_single && path.path == name)
            add_pixel(router, ingest, "/v1/pixel/" + std::string(path.route_type), &path);
    }
}

}  // namespace icelight::server
