#pragma once

#include <string>

namespace icelight::lake {
struct FsckReport;
}

namespace icelight::server {

/// The report as one JSON object, as contracts/openapi.yaml describes it.
std::string encode_fsck_report(const lake::FsckReport& report);

}  // namespace icelight::server
