#pragma once

#include <cstddef>
#include <string_view>

/// All that http says: log lines and metrics. Thread safe.
namespace icelight::http::telemetry {

void connection_opened();
void connection_closed();
/// A connection that was turned away before its first byte.
void connection_refused(std::string_view reason);
/// One answer left; `status` 0: broken off.
void answered(int status, std::size_t request_body_bytes);
/// accept() failed for want of descriptors or memory; it is tried again.
void accept_failed(std::string_view error);
void listening(std::string_view address, unsigned port);

}  // namespace icelight::http::telemetry
