#include "lake/fsck/fsck.h"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "catalog/sqlite/offline.h"
#include "io/file_system.h"
#include "lake/fsck/file_probe.h"
#include "server/command/commands.h"
#include "server/command/directory_lock.h"
#include "server/command/load_config.h"
#include "server/command/server_client.h"
#include "server/fsck_report.h"
#include "wal/survey.h"

namespace icelight::server::command {
namespace {

constexpr int kErrorsStatus = 1;
constexpr std::string_view kClean = R"({"clean":true,)";

/// @return the report's JSON.
Result<std::string> check_stopped(const Config& config, const DirectoryLock& directory) {
    io::FileSystem& files = io::posix_file_system();
    lake::FsckJob job;
    ICE_ASSIGN(job.state, catalog::sqlite::load_state_offline(directory.path() / "catalog.db"));
    job.names = {.space = {config.text("lake.namespace")}, .events = config.text("lake.table")};
    job.garbage_list = directory.path() / "garbage";
    job.gc_min_age = config.duration("lake.gc-min-age");
    auto log = wal::survey(directory.path() / "log", files);
    if (log) job.log = *log;
    lake::ProbeWorker prober;
    lake::FsckReport report = lake::run_fsck(job, files, prober);
    if (!log) {
        report.findings.insert(
            report.findings.begin(),
            {true, "log", "", (directory.path() / "log").string(), log.error().message});
        ++report.errors;
    }
    return encode_fsck_report(report);
}

Result<std::string> check(const Config& config) {
    ICE_ASSIGN(const DirectoryLock directory, DirectoryLock::open(config.text("server.data")));
    if (directory.server_address().empty()) return check_stopped(config, directory);
    ICE_ASSIGN(Target target,
               parse_target(directory.server_address(), config.text("auth.api-token")));
    target.token_source = "--auth-api-token or in ICELIGHT_AUTH_API_TOKEN";
    return fetch_fsck_report(target);
}

}  // namespace

int run_fsck(const std::vector<std::string>& arguments) {
    const auto config = load_config(arguments);
    if (!config) return complain(config.error().message);
    const auto report = check(*config);
    if (!report) return complain(report.error().message);
    fmt::print("{}\n", *report);
    return report->starts_with(kClean) ? 0 : kErrorsStatus;
}

}  // namespace icelight::server::command
