#include "server/cubes/load_model.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include <fmt/format.h>

#include "query/service.h"
#include "semantic/reply/result_rows.h"
#include "semantic/sql_writer.h"
#include "server/config.h"
#include "server/cubes/nearest_name.h"

namespace icelight::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kFilesMax = 100;
constexpr std::uintmax_t kFileBytesMax = 1u << 20;
constexpr std::chrono::milliseconds kProbeTimeout{10'000};

/// The file, or those of the folder.
Result<std::vector<fs::path>> find_files(const fs::path& path) {
    std::error_code error;
    if (fs::is_regular_file(path, error)) return std::vector<fs::path>{path};
    if (!fs::is_directory(path, error)) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("cubes.path: there is no {}", path.string()));
    }
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path, error)) {
        const auto extension = entry.path().extension();
        if (extension == ".yaml" || extension == ".yml") files.push_back(entry.path());
    }
    if (error || files.empty() || files.size() > kFilesMax) {
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("cubes.path: {} must hold 1 to {} files *.yaml or *.yml",
                                path.string(),
                                kFilesMax));
    }
    std::sort(files.begin(), files.end());
    return files;
}

Result<semantic::CubeFile> read_file(const fs::path& path) {
    std::error_code error;
    if (fs::file_size(path, error) > kFileBytesMax || error) {
        return fail(
            ErrorCode::kInvalidArgument,
            fmt::format("{}: cannot be read, or is over {} bytes", path.string(), kFileBytesMax));
    }
    const std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return semantic::parse_cube_file(text.str(), path.filename().string());
}

Result<query::Reply> run(const std::string& sql, query::Service& service) {
    auto promise = std::make_shared<std::promise<Result<query::Reply>>>();
    auto reply = promise->get_future();
    query::Request request;
    request.sql = sql;
    request.timeout = kProbeTimeout;
    service.run(std::move(request),
                [promise](Result<query::Reply> answer) { promise->set_value(std::move(answer)); });
    return reply.get();
}

Result<> check_type(const semantic::Probe& probe, query::Reply reply) {
    if (!probe.type) return {};
    ICE_ASSIGN(const auto rows, semantic::ResultRows::parse(std::move(reply.body), 1));
    auto type = rows.size() == 0 ? std::string() : std::string(rows.cell(0, 0));
    std::erase(type, '"');
    if (semantic::fits(*probe.type, type)) return {};
    const auto* const example = *probe.type == semantic::ValueType::kTime
                                    ? "; a CAST(... AS TIMESTAMPTZ) may help"
                                    : "; a CAST may help";
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{} is of type {} and has values of type {}{}",
                            probe.place,
                            semantic::value_type_name(*probe.type),
                            type,
                            example));
}

/// For a name that is not there, the one that was meant.
std::string suggestion(const semantic::Probe& probe,
                       const std::string& message,
                       query::Service& service) {
    const auto missing = find_missing_name(message);
    if (!missing) return {};
    if (!missing->candidates.empty()) return suggest_name(missing->name, missing->candidates);
    const auto known = run(missing->is_table ? "SHOW TABLES" : probe.rows, service);
    if (!known) return {};
    return suggest_name(missing->name,
                        missing->is_table ? table_names(known->body) : column_names(known->body));
}

}  // namespace

Result<semantic::BuiltModel> load_model(const Config& config) {
    std::vector<semantic::CubeFile> files;
    const auto& path = config.text("cubes.path");
    if (!path.empty()) {
        ICE_ASSIGN(const auto paths, find_files(path));
        for (const auto& one : paths) {
            ICE_ASSIGN(auto file, read_file(one));
            files.push_back(std::move(file));
        }
    }
    const auto table = semantic::quote_name(config.text("lake.namespace")) + "." +
                       semantic::quote_name(config.text("lake.table"));
    return semantic::build_model(table, files);
}

Result<std::string> check_model(const std::vector<semantic::Probe>& probes,
                                query::Service& service) {
    for (const auto& probe : probes) {
        auto reply = run(probe.sql, service);
        if (reply) {
            ICE_TRY(check_type(probe, std::move(*reply)));
            continue;
        }
        const auto& error = reply.error();
        const bool is_its_fault = error.code == ErrorCode::kInvalidArgument ||
                                  error.code == ErrorCode::kNotFound ||
                                  error.code == ErrorCode::kUnsupported;
        if (!is_its_fault) return error.message;
        const auto first_line = error.message.substr(0, error.message.find('\n'));
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("{} does not fit the tables: {}{}",
                                probe.place,
                                first_line,
                                suggestion(probe, error.message, service)));
    }
    return std::string();
}

}  // namespace icelight::server
