#include "query/sql_host.h"

#include <algorithm>
#include <cctype>
#include <iterator>

#include <fmt/format.h>

#include "engine/sql_text.h"
#include "io/file_system.h"
#include "query/sandbox/sandbox.h"

namespace icelight::query {
namespace {

using engine::quote_identifier;
using engine::quote_literal;

constexpr std::size_t kViewsMax = 1'024;
/// Room for the engine's own data beside what its memory limit counts.
constexpr std::uint64_t kDataBytesBeside = 512u << 20;

/// Of what funnels, flows and retention hold, which the engine does not count.
std::uint64_t aggregate_bytes_max(const WorkerSetup& setup) {
    return setup.memory_limit_bytes / 2;
}

engine::DatabaseOptions database_options(const WorkerSetup& setup) {
    engine::DatabaseOptions options;
    options.memory_limit_bytes = setup.memory_limit_bytes;
    options.threads = 1;
    options.temp_directory = setup.spill_directory;
    options.temp_bytes_max = setup.spill_bytes_max;
    options.aggregate_bytes_max = aggregate_bytes_max(setup);
    return options;
}

SandboxOptions sandbox_options(const WorkerSetup& setup) {
    return {
        .readable = {setup.warehouse, setup.log_directory},
        .writable = setup.spill_directory,
        .data_bytes_max = setup.memory_limit_bytes + aggregate_bytes_max(setup) + kDataBytesBeside,
        .file_bytes_max = setup.spill_bytes_max,
        .requires_landlock = setup.requires_landlock};
}

Result<> prepare_database(engine::Session& session, const std::string& space) {
    // Data files never change under a name, so what was read of them stays true.
    ICE_TRY(session.execute("SET GLOBAL parquet_metadata_cache = true"));
    ICE_TRY(session.execute("SET GLOBAL validate_external_file_cache = 'NO_VALIDATION'"));
    for (const auto catalog : {kCatalog, kAliasCatalog}) {
        ICE_TRY(session.execute(fmt::format("ATTACH ':memory:' AS {}", catalog)));
        ICE_TRY(
            session.execute(fmt::format("CREATE SCHEMA {}.{}", catalog, quote_identifier(space))));
    }
    return {};
}

/// From here on nobody, this process included, can change the engine's settings.
Result<> lock_settings(engine::Session& session, const WorkerSetup& setup) {
    ICE_TRY(session.execute(fmt::format("SET allowed_directories = [{}]",
                                        quote_literal(setup.warehouse.native() + "/"))));
    ICE_TRY(session.execute("SET enable_external_access = false"));
    return session.execute("SET lock_configuration = true");
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return text;
}

std::string make_tables_sql(const std::vector<TableInput>& tables) {
    std::string rows;
    for (const auto& table : tables) {
        fmt::format_to(std::back_inserter(rows),
                       "{}({}, {})",
                       rows.empty() ? "" : ", ",
                       quote_literal(table.space),
                       quote_literal(table.name));
    }
    const char* const end = rows.empty() ? " WHERE false" : "";
    if (rows.empty()) rows = "('', '')";
    return fmt::format("SELECT * FROM (VALUES {}) t(namespace, name){}", rows, end);
}

}  // namespace

SqlHost::SqlHost(engine::Database database, engine::Session user, engine::Session own, Tail tail)
    : database_(std::move(database)),
      user_(std::move(user)),
      own_(std::move(own)),
      tail_(std::move(tail)),
      files_(io::posix_file_system()) {}

Result<std::unique_ptr<SqlHost>> SqlHost::open(const WorkerSetup& setup, const Fences& fences) {
    ICE_ASSIGN(auto database, engine::Database::open(database_options(setup)));
    ICE_ASSIGN(auto user, database.connect());
    ICE_ASSIGN(auto own, database.connect());
    ICE_TRY(prepare_database(user, setup.space));
    const auto home = fmt::format("{}.{}", kCatalog, quote_identifier(setup.space));
    ICE_TRY(user.execute(fmt::format("SET schema = {}", quote_literal(home))));
    ICE_ASSIGN(
        auto tail,
        Tail::create({setup.log_directory, setup.tail_bytes_max}, own, io::posix_file_system()));
    if (fences.has_sandbox) {
        const auto sandbox = sandbox_options(setup);
        ICE_TRY(enter_sandbox(sandbox));
        ICE_TRY(test_sandbox(sandbox));
    }
    ICE_TRY(user.execute(fmt::format("SET threads = {}", setup.threads)));
    if (fences.has_locked_settings) {
        ICE_TRY(lock_settings(user, setup));
    }
    std::unique_ptr<SqlHost> host(
        new SqlHost(std::move(database), std::move(user), std::move(own), std::move(tail)));
    host->has_gate_ = fences.has_gate;
    return host;
}

Result<Statement> SqlHost::check(std::string_view sql) {
    if (!has_gate_) return Statement{StatementKind::kRows, {{"", "events"}}, false};
    return check_statement(own_, sql);
}

Result<Prepared> SqlHost::prepare(const std::string& sql,
                                  const Statement& statement,
                                  const ExecuteMessage& inputs,
                                  const Tail::IsStopped& is_stopped) {
    Prepared prepared;
    if (statement.kind == StatementKind::kShowTables) {
        prepared.sql = make_tables_sql(inputs.tables);
        return prepared;
    }
    const bool has_tail =
        std::any_of(inputs.tables.begin(), inputs.tables.end(), [](const TableInput& input) {
            return input.tail != TailKind::kNone;
        });
    if (has_tail) {
        ICE_ASSIGN(prepared.cut, tail_.advance(inputs.tail_from, inputs.tail_to, is_stopped));
    }
    for (const auto& input : inputs.tables) {
        if (is_stopped()) return fail(ErrorCode::kTimeout, "stopped while planning");
        auto table = make_view(input, prepared.cut, statement.uses_alias_catalog);
        if (!table) return fail_in(input.space + "." + input.name, table.error());
        if (!prepared.snapshot_id) prepared.snapshot_id = (*table)->snapshot_id;
    }
    prepared.sql = sql;
    return prepared;
}

Result<std::shared_ptr<const TableFiles>> SqlHost::make_view(const TableInput& input,
                                                             const TailCut& cut,
                                                             bool uses_alias_catalog) {
    ICE_ASSIGN(const auto table, files_.load(input.metadata_location));
    const TailCut own_cut = input.tail == TailKind::kNone ? TailCut{} : cut;
    // The same words mean the same view: a metadata file never changes. `to` does not show unless
    // it cuts.
    const auto version = fmt::format("{} {} {} {}",
                                     input.metadata_location,
                                     own_cut.from,
                                     own_cut.is_to_needed ? own_cut.to : 0,
                                     own_cut.is_empty());
    std::string select;
    for (const auto catalog : {kCatalog, kAliasCatalog}) {
        if (catalog == kAliasCatalog && !uses_alias_catalog) continue;
        const auto key = lower_case(fmt::format("{}.{}.{}", catalog, input.space, input.name));
        const auto known = views_.find(key);
        if (known != views_.end() && known->second == version) continue;
        if (select.empty()) {
            ICE_ASSIGN(select, make_view_select(*table, input.tail, own_cut));
        }
        if (views_.size() >= kViewsMax) views_.clear();
        ICE_TRY(replace_view(catalog, input, select));
        views_[key] = version;
    }
    return table;
}

Result<> SqlHost::replace_view(std::string_view catalog,
                               const TableInput& input,
                               const std::string& select) {
    const auto space = fmt::format("{}.{}", catalog, quote_identifier(input.space));
    ICE_TRY(own_.execute("CREATE SCHEMA IF NOT EXISTS " + space));
    return own_.execute(fmt::format(
        "CREATE OR REPLACE VIEW {}.{} AS {}", space, quote_identifier(input.name), select));
}

void SqlHost::interrupt() {
    own_.interrupt();
    user_.interrupt();
}

}  // namespace icelight::query
