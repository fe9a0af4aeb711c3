#pragma once

#include <string>

#include "server/listen_address.h"

namespace icelight::server {

/// Who answers at an address that could not be taken: "an icelight 0.1.0 answers there", else
/// "another program has it". Waits at most half a second.
std::string describe_port_holder(const ListenAddress& address);

}  // namespace icelight::server
