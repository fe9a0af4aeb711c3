#include "server/api/lake/fsck.h"

#include <memory>
#include <string>
#include <utility>

#include "base/offload.h"
#include "catalog/catalog.h"
#include "catalog/pins.h"
#include "http/router.h"
#include "io/file_system.h"
#include "lake/fsck/file_probe.h"
#include "lake/fsck/fsck.h"
#include "server/auth.h"
#include "server/fsck_report.h"
#include "wal/log.h"

namespace icelight::server {
namespace {

using boost::asio::awaitable;

Result<std::string> check(const FsckRoutes& with) {
    // Nothing that the state names is deleted, and no row above it released, while this is held.
    const catalog::Pin pin = with.catalog.pins().pin();
    lake::FsckJob job;
    ICE_ASSIGN(job.state, with.catalog.state());
    job.names = with.names;
    job.garbage_list = with.garbage_list;
    job.gc_min_age = with.gc_min_age;
    job.log = wal::Survey{with.log.uuid(),
                          with.log.parent_uuid(),
                          with.log.first_offset(),
                          with.log.durable_offset(),
                          with.log.counters()};
    lake::ProbeWorker prober;
    return encode_fsck_report(lake::run_fsck(job, io::posix_file_system(), prober));
}

awaitable<http::Response> answer(std::shared_ptr<const FsckRoutes> with) {
    std::function<Result<std::string>()> work = std::bind_front(check, std::cref(*with));
    auto report = co_await offload<std::string>(with->pool, std::move(work));
    if (!report) co_return http::make_error(report.error());
    co_return http::make_json(http::status::kOk, std::move(*report));
}

}  // namespace

void add_fsck_routes(http::Router& router, FsckRoutes with) {
    const auto shared = std::make_shared<const FsckRoutes>(std::move(with));
    router.add({.method = http::Method::kGet,
                .pattern = "/api/fsck",
                .handler = [shared](const http::RequestPtr& /*request*/) { return answer(shared); },
                .check = [shared](http::Request& request) -> std::optional<http::Response> {
                    auto allowed = shared->auth.check_admin(request);
                    if (allowed) return std::nullopt;
                    return http::make_error(allowed.error());
                }});
}

}  // namespace icelight::server
