#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/testing/temp_dir.h"
#include "http/testing/client.h"
#include "server/api/cors.h"
#include "server/api/ingest.h"
#include "server/auth.h"
#include "server/ingest_gate.h"
#include "server/testing/stored_items.h"

namespace icelight::server::testing {

struct TestServerOptions {
    Auth::Options auth;
    IngestGateOptions gate;
    Policies policies{.allowed_hosts = "", .is_public = false, .allowed_origins = "*"};
    FloorLimits floors{
        .unflushed_bytes_max = 4ULL << 30, .soft_free_bytes = 0, .hard_free_bytes = 0};
};

/// Every route on a real log and catalog in a directory of their own, behind a real listener; no
/// worker processes, so nothing is flushed and no query is answered.
class TestServer {
public:
    explicit TestServer(TestServerOptions options = {});
    ~TestServer();
    TestServer(const TestServer&) = delete;
    TestServer& operator=(const TestServer&) = delete;

    /// One request on a connection of its own.
    http::testing::Answer call(std::string_view request) const;
    http::testing::Answer post(std::string_view path,
                               std::string_view body,
                               std::string_view headers = {}) const;
    http::testing::Answer get(std::string_view path, std::string_view headers = {}) const;

    std::uint16_t port() const;
    wal::Log& log();
    /// Everything that is durable, in offset order.
    std::vector<StoredItem> stored() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace icelight::server::testing
