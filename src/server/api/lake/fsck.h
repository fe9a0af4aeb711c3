#pragma once

#include <chrono>
#include <filesystem>

#include "lake/tables.h"

namespace icelight {
class WorkerPool;
}

namespace icelight::catalog {
class Catalog;
}

namespace icelight::http {
class Router;
}

namespace icelight::wal {
class Log;
}

namespace icelight::server {

class Auth;

/// What a check of the live server works with; all of it outlives the router.
struct FsckRoutes {
    catalog::Catalog& catalog;
    wal::Log& log;
    const Auth& auth;
    WorkerPool& pool;  ///< One thread: checks run one after another.
    lake::TableNames names;
    std::filesystem::path garbage_list;
    std::chrono::milliseconds gc_min_age;
};

/// Adds GET /api/fsck: reads every file of every table, answers the report (200, clean or not).
/// For administrators.
void add_fsck_routes(http::Router& router, FsckRoutes with);

}  // namespace icelight::server
