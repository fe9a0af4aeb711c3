#include "engine/database.h"

#include <fmt/format.h>

#include "engine/aggregate/register.h"
#include "engine/duckdb_internal.h"
#include "engine/error.h"
#include "engine/sql_text.h"

namespace icelight::engine {
namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

Settings settings_of(const DatabaseOptions& options) {
    Settings settings{
        {"threads", std::to_string(options.threads)},
        {"memory_limit", fmt::format("{}B", options.memory_limit_bytes)},
        {"temp_directory", options.temp_directory.string()},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"allow_persistent_secrets", "false"},
        // A folder that does not exist: else the user's home is searched.
        {"extension_directory",
         options.extension_directory.empty() ? "/nonexistent"
                                             : options.extension_directory.string()},
    };
    if (!options.temp_directory.empty()) {
        settings.emplace_back("max_temp_directory_size",
                              fmt::format("{}B", options.temp_bytes_max));
    }
    settings.insert(settings.end(), options.settings.begin(), options.settings.end());
    return settings;
}

/// The first line of the engine's message; behind it stands advice to download.
std::string first_line(const std::string& message) {
    return message.substr(0, message.find('\n'));
}

Result<> load_extensions(Session& session, const DatabaseOptions& options) {
    for (const auto& name : options.extensions) {
        const auto loaded = session.execute("LOAD " + quote_identifier(name));
        if (loaded) continue;
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("engine: extension {} is not loaded from {}: {}",
                                name,
                                options.extension_directory.native(),
                                first_line(loaded.error().message)));
    }
    return {};
}

class Config {
public:
    Config() { duckdb_create_config(&config_); }

    Config(const Config&) = delete;
    Config& operator=(const Config&) = delete;

    ~Config() { duckdb_destroy_config(&config_); }

    Result<> set(const std::string& name, const std::string& value) {
        if (duckdb_set_config(config_, name.c_str(), value.c_str()) == DuckDBError) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("engine setting {}: {} is refused", name, value));
        }
        return {};
    }

    duckdb_config raw() const { return config_; }

private:
    duckdb_config config_ = nullptr;
};

}  // namespace

tl::unexpected<Error> fail_engine(DatabaseState& database, const char* message) {
    const std::string text = message == nullptr ? "Unknown Error" : message;
    if (database.aggregates && database.aggregates->is_cancelled() &&
        text.ends_with(kCancelledText)) {
        return fail(ErrorCode::kTimeout, text);
    }
    const ErrorKind kind = find_error_kind(text);
    if (kind.is_fatal) database.is_broken = true;
    return fail(kind.code, text);
}

Result<Database> Database::open(const DatabaseOptions& options) {
    Config config;
    for (const auto& [name, value] : settings_of(options)) {
        ICE_TRY(config.set(name, value));
    }
    auto state = std::make_shared<DatabaseState>();
    char* raw_error = nullptr;
    if (duckdb_open_ext(nullptr, &state->database, config.raw(), &raw_error) == DuckDBError) {
        const OwnedText error(raw_error);
        return fail(ErrorCode::kInvalidArgument,
                    fmt::format("engine: {}", error == nullptr ? "cannot open" : error.get()));
    }
    Database database(std::move(state));
    ICE_ASSIGN(Session session, database.connect());
    ICE_TRY(session.execute("SET GLOBAL TimeZone = 'UTC'"));
    ICE_TRY(load_extensions(session, options));
    if (options.aggregate_bytes_max > 0) {
        DatabaseState& opened = *database.state_;
        opened.aggregates = std::make_unique<AggregateMemory>(options.aggregate_bytes_max);
        ICE_TRY(register_aggregates(SessionAccess::state(session), *opened.aggregates));
    }
    return database;
}

Result<Session> Database::connect() {
    auto session = std::make_shared<SessionState>();
    session->database = state_;
    if (duckdb_connect(state_->database, &session->connection) == DuckDBError) {
        return fail(ErrorCode::kIo, "engine: cannot connect");
    }
    return Session(std::move(session));
}

bool Database::is_broken() const {
    return state_->is_broken;
}

}  // namespace icelight::engine
