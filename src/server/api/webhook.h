#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace icelight::http {
class Request;
class Router;
}  // namespace icelight::http

namespace icelight::server {

class Ingest;

/// POST and GET `/v1/webhook`: any JSON object or array, form or query becomes the properties of
/// one track event.
///
/// The event is called by the query's `event`, else "webhook"; its id is the query's `messageId`,
/// else the header Webhook-Id (Standard Webhooks), so that a delivery that is repeated counts once.
/// Its user is the query's `userId` or `anonymousId`, else a new one that nobody has.
/// Lifetime: `ingest` outlives the router.
void add_webhook_routes(http::Router& router, Ingest& ingest);

/// The track event that a webhook's request means, as JSON text that is not checked yet. A body
/// that is nothing of the above is returned as it is, to be refused as no JSON.
std::string make_webhook_event(const http::Request& request);

}  // namespace icelight::server
