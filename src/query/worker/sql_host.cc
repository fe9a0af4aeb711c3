#include "query/worker/sql_host.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "engine/aggregates.h"
#include "engine/sql_text.h"
#include "io/file_system.h"
#include "query/gate/allowed_functions.h"
#include "query/plan/conditions.h"
#include "query/plan/extension_scan.h"
#include "query/plan/file_plan.h"
#include "query/plan/filter_barrier.h"
#include "query/plan/layout_groups.h"
#include "query/plan/table_view.h"
#include "query/reply/parquet_form.h"
#include "query/sandbox/sandbox.h"

namespace icelight::query {
namespace {

using engine::quote_identifier;
using engine::quote_literal;

constexpr std::size_t kViewsMax = 1'024;
constexpr std::size_t kCheckedMax = 256;
constexpr std::size_t kCheckedBytesMax = 16u << 10;
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
    options.extension_directory = setup.extensions;
    // The second cannot be loaded without the first.
    if (!setup.extensions.empty()) options.extensions = {"avro", "iceberg"};
    if (!setup.external.catalogs.empty()) options.extensions.emplace_back("httpfs");
    return options;
}

/// The directories among the locations of external catalogs, with a slash at their end.
std::vector<std::string> external_directories(const WorkerSetup& setup) {
    std::vector<std::string> directories;
    for (const auto& catalog : setup.external.catalogs) {
        for (const auto& location : catalog.locations) {
            if (location.starts_with(kFileScheme))
                directories.push_back(location.substr(kFileScheme.size()));
        }
    }
    return directories;
}

SandboxOptions sandbox_options(const WorkerSetup& setup) {
    SandboxOptions options{
        .readable = {setup.warehouse, setup.log_directory},
        .writable = setup.spill_directory,
        .data_bytes_max = setup.memory_limit_bytes + aggregate_bytes_max(setup) + kDataBytesBeside,
        .file_bytes_max = setup.spill_bytes_max,
        .requires_landlock = setup.requires_landlock};
    if (setup.external.catalogs.empty()) return options;
    for (const auto& directory : external_directories(setup))
        options.readable.emplace_back(directory);
    if (!setup.external.ca_file.empty()) options.readable_files = {setup.external.ca_file};
    options.tcp_port = setup.external.relay_port;
    options.requires_own_network = setup.external.has_own_network;
    return options;
}

Result<> set_network(engine::Session& session, const ExternalAccess& external) {
    if (external.catalogs.empty()) return {};
    for (const auto& setting : Attachments::network_settings(
             external.relay_port, external.relay_password, external.ca_file.native())) {
        ICE_TRY(session.execute(setting));
    }
    return {};
}

/// What the engine may open, by name: ours, and the locations of external catalogs.
std::string allowed_directories(const WorkerSetup& setup) {
    std::vector<std::string> allowed = {quote_literal(setup.warehouse.native() + "/")};
    for (const auto& catalog : setup.external.catalogs) {
        for (const auto& location : catalog.locations)
            allowed.push_back(quote_literal(location));
    }
    // Files are named by their path, too.
    for (const auto& directory : external_directories(setup))
        allowed.push_back(quote_literal(directory));
    return fmt::format("[{}]", fmt::join(allowed, ", "));
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
    ICE_TRY(session.execute("SET allowed_directories = " + allowed_directories(setup)));
    // For limit_memory(). Statements of users that set something do not pass the gate, and the
    // process has its own bound.
    ICE_TRY(session.execute("SET allowed_configs = ['memory_limit']"));
    ICE_TRY(session.execute("SET enable_external_access = false"));
    return session.execute("SET lock_configuration = true");
}

ReplyFacts facts_of(const TableFiles& table, const FilePlan& plan) {
    ReplyFacts facts;
    facts.snapshot_id = table.snapshot_id;
    facts.data_through_us = table.snapshot_time_ms * 1'000;
    facts.files = table.data_files;
    facts.files_skipped = plan.skipped;
    facts.rows_scanned = plan.rows;
    facts.bytes_scanned = plan.bytes;
    return facts;
}

/// One table's facts into those of the query.
void add_facts(const ReplyFacts& table, bool is_live, ReplyFacts& facts) {
    if (!facts.snapshot_id) facts.snapshot_id = table.snapshot_id;
    facts.files += table.files;
    facts.files_skipped += table.files_skipped;
    facts.rows_scanned += table.rows_scanned;
    facts.bytes_scanned += table.bytes_scanned;
    if (is_live || table.data_through_us == 0) return;
    const bool is_first = facts.data_through_us == 0;
    if (is_first || table.data_through_us < facts.data_through_us)
        facts.data_through_us = table.data_through_us;
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

/// A row for each name and kind that the gate lets through, with the engine's words about it.
std::string make_functions_sql() {
    std::string names;
    for (const auto name : allowed_functions()) {
        if (!names.empty()) names += ", ";
        names += quote_literal(std::string(name));
    }
    for (const auto name : engine::kAggregateNames)
        names += ", " + quote_literal(std::string(name));
    return fmt::format(
        "SELECT function_name AS name, any_value(function_type) AS kind, "
        "any_value(description) AS description, list(DISTINCT array_to_string(parameters, ', ')) "
        "AS parameters, any_value(return_type) AS returns, any_value(examples) AS examples FROM "
        "duckdb_functions() WHERE function_name IN ({}) AND function_type IN ('scalar', "
        "'aggregate', 'macro') GROUP BY function_name ORDER BY name",
        names);
}

}  // namespace

SqlHost::SqlHost(engine::Database database,
                 engine::Session user,
                 engine::Session own,
                 Tail tail,
                 std::vector<ExternalCatalog> externals)
    : database_(std::move(database)),
      user_(std::move(user)),
      own_(std::move(own)),
      tail_(std::move(tail)),
      files_(io::posix_file_system()),
      externals_(std::move(externals)) {}

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
    ICE_TRY(set_network(user, setup.external));
    if (fences.has_locked_settings) {
        ICE_TRY(lock_settings(user, setup));
    }
    std::unique_ptr<SqlHost> host(new SqlHost(std::move(database),
                                              std::move(user),
                                              std::move(own),
                                              std::move(tail),
                                              setup.external.catalogs));
    host->external_names_ = setup.external_names;
    host->has_gate_ = fences.has_gate;
    host->has_extension_ = !setup.extensions.empty();
    host->space_ = setup.space;
    host->spill_ = setup.spill_directory;
    host->memory_limit_bytes_ = setup.memory_limit_bytes;
    host->memory_now_bytes_ = setup.memory_limit_bytes;
    return host;
}

Result<Statement> SqlHost::check(std::string_view sql) {
    if (!has_gate_) {
        Statement unread;
        unread.tables = {{"", "events"}};
        unread.externals = external_names_;
        return unread;
    }
    std::string text(sql);
    const auto known = checked_.find(text);
    if (known != checked_.end()) return known->second;
    auto statement = check_statement(own_, sql, external_names_);
    if (statement && text.size() <= kCheckedBytesMax) {
        if (checked_.size() == kCheckedMax) checked_.clear();
        checked_.emplace(std::move(text), *statement);
    }
    return statement;
}

Result<Prepared> SqlHost::prepare(const PrepareMessage& request,
                                  const Statement& statement,
                                  const ExecuteMessage& inputs,
                                  const Tail::IsStopped& is_stopped) {
    needs_extension_ = false;
    Prepared prepared;
    prepared.sql = request.sql;
    auto& facts = prepared.facts;
    facts.waited = inputs.waited;
    if (statement.kind == StatementKind::kShowTables) {
        prepared.sql = make_tables_sql(inputs.tables);
        return prepared;
    }
    if (statement.kind == StatementKind::kShowFunctions) {
        prepared.sql = make_functions_sql();
        return prepared;
    }
    ICE_TRY(externals_.attach(database_, statement.externals));
    for (const auto& table : statement.external_tables) {
        if (is_stopped()) return fail(ErrorCode::kTimeout, "stopped while planning");
        ICE_TRY(check_equality_deletes(own_, table));
    }
    const bool has_tail =
        std::any_of(inputs.tables.begin(), inputs.tables.end(), [](const TableInput& input) {
            return input.tail != TailKind::kNone;
        });
    TailCut cut;
    if (has_tail) {
        ICE_ASSIGN(cut, tail_.advance(inputs.tail_from, inputs.tail_to, is_stopped));
    }
    facts.tail_from = cut.from;
    facts.tail_to = cut.to;
    facts.tail_rows = cut.to - cut.from;
    facts.rows_scanned = facts.tail_rows;
    facts.data_through_us = inputs.admitted_us;
    for (const auto& input : inputs.tables) {
        if (is_stopped()) return fail(ErrorCode::kTimeout, "stopped while planning");
        auto table = make_view({.table = input,
                                .as_of = inputs.as_of,
                                .has_tail = input.tail != TailKind::kNone && !cut.is_empty(),
                                .predicates = predicates_on(input, statement),
                                .values = request.values,
                                .has_alias = statement.uses_alias_catalog,
                                .misleads_pruning = statement.misleads_pruning});
        if (!table) return fail_in(input.space + "." + input.name, table.error());
        add_facts(*table, inputs.admitted_us != 0, facts);
    }
    return prepared;
}

std::vector<Predicates> SqlHost::predicates_on(const TableInput& input,
                                               const Statement& statement) const {
    std::vector<Predicates> found;
    for (std::size_t i = 0; i < statement.tables.size() && i < statement.mentions.size(); ++i) {
        const auto& [space, name] = statement.tables[i];
        if (lower_case(name) != lower_case(input.name)) continue;
        if (lower_case(space.empty() ? space_ : space) != lower_case(input.space)) continue;
        found.insert(found.end(), statement.mentions[i].begin(), statement.mentions[i].end());
    }
    return found;
}

Result<FilePlan> SqlHost::make_plan(const TableFiles& table,
                                    const std::vector<Conditions>& mentions) {
    ICE_ASSIGN(auto plan, plan_files(table, mentions));
    if (table.needs_layouts) {
        ICE_TRY(layouts_.load(own_, plan));
        ICE_TRY(divide_by_layout(table, layouts_, plan));
    }
    return plan;
}

Result<ReplyFacts> SqlHost::make_view(const ViewInput& input) {
    const auto& location = input.table.metadata_location;
    ICE_ASSIGN(const auto table, files_.load(location, input.as_of));
    if (!table->needs_extension.empty() && !has_extension_) {
        ICE_TRY(check_extension_reads(*table));
        needs_extension_ = true;
        return fail(ErrorCode::kUnsupported,
                    table->needs_extension + std::string(kExtensionAdvice));
    }
    std::vector<Conditions> conditions;
    if (table->data_files > 1) {
        conditions = resolve_conditions(own_, input.predicates, table->schema, input.values);
    }
    // The same words mean the same view: a metadata file never changes.
    const auto version = fmt::format("{} {} {} {} {}",
                                     location,
                                     input.as_of ? as_of_text(*input.as_of) : "",
                                     input.has_tail,
                                     input.misleads_pruning,
                                     conditions_text(conditions));
    std::string select;
    ReplyFacts facts;
    for (const auto catalog : {kCatalog, kAliasCatalog}) {
        if (catalog == kAliasCatalog && !input.has_alias) continue;
        const auto key =
            lower_case(fmt::format("{}.{}.{}", catalog, input.table.space, input.table.name));
        const auto known = views_.find(key);
        if (known != views_.end() && known->second.version == version) {
            facts = known->second.facts;
            continue;
        }
        if (select.empty()) {
            ICE_ASSIGN(const auto plan, make_plan(*table, conditions));
            ICE_ASSIGN(select, make_view_select(*table, plan, input.table.tail, input.has_tail));
            if (input.misleads_pruning) select = behind_barrier(fmt::format("({})", select));
            facts = facts_of(*table, plan);
        }
        if (views_.size() >= kViewsMax) views_.clear();
        ICE_TRY(replace_view(catalog, input.table, select));
        views_[key] = {version, facts};
    }
    return facts;
}

Result<ParquetReply> SqlHost::write_parquet(const PrepareMessage& request, const std::string& sql) {
    // The text may end with a comment or a semicolon; what the parser makes of it does not.
    ICE_ASSIGN(
        auto select,
        own_.query_text("SELECT json_deserialize_sql(json_serialize_sql($1::VARCHAR))", {sql}));
    if (select.empty()) {
        return fail(ErrorCode::kInvalidArgument, "this statement has no Parquet form; use SELECT");
    }
    {
        // Types are those of the values given. What cannot be asked so says why when it is copied.
        const auto types = user_.query(fmt::format("FROM ({}) LIMIT 0", select), request.values);
        if (types) select = make_parquet_select(select, types->columns());
    }
    // One row more than allowed tells that there are more.
    const auto rows_max = request.limits.rows_max;
    const std::string bound = rows_max == 0 ? "" : fmt::format(" LIMIT {}", rows_max + 1);
    ParquetReply reply{spill_ / "reply.parquet", 0};
    std::error_code ignored;
    std::filesystem::remove(reply.path, ignored);
    ICE_ASSIGN(
        auto copied,
        user_.query(fmt::format("COPY (FROM ({}){}) TO {} (FORMAT parquet, COMPRESSION zstd)",
                                select,
                                bound,
                                quote_literal(reply.path.native())),
                    request.values));
    while (true) {
        ICE_ASSIGN(const auto chunk, copied.next());
        if (!chunk) return reply;
        reply.rows = static_cast<std::uint64_t>(chunk->column(0).integer(0));
    }
}

Result<> SqlHost::replace_view(std::string_view catalog,
                               const TableInput& input,
                               const std::string& select) {
    const auto space = fmt::format("{}.{}", catalog, quote_identifier(input.space));
    ICE_TRY(own_.execute("CREATE SCHEMA IF NOT EXISTS " + space));
    return own_.execute(fmt::format(
        "CREATE OR REPLACE VIEW {}.{} AS {}", space, quote_identifier(input.name), select));
}

Error SqlHost::explain_external(Error error, const Statement& statement) {
    if (is_broken()) return error;
    is_doubtful_ = true;
    return query::explain_external(std::move(error), statement.externals, externals_.catalogs());
}

Result<> SqlHost::limit_memory(std::uint64_t bytes_max) {
    std::uint64_t limit = memory_limit_bytes_;
    if (bytes_max != 0) {
        // What is cached gives way.
        ICE_ASSIGN(const auto held,
                   own_.query_text("SELECT coalesce(sum(memory_usage_bytes), 0)::BIGINT FROM "
                                   "duckdb_memory() WHERE tag NOT IN ('EXTERNAL_FILE_CACHE', "
                                   "'OBJECT_CACHE')"));
        std::uint64_t held_bytes = 0;
        std::from_chars(held.data(), held.data() + held.size(), held_bytes);
        limit = std::min(limit, held_bytes + bytes_max / 2);
    }
    if (limit == memory_now_bytes_) return {};
    ICE_TRY(own_.execute(fmt::format("SET GLOBAL memory_limit = '{}B'", limit)));
    memory_now_bytes_ = limit;
    return {};
}

void SqlHost::interrupt() {
    own_.interrupt();
    user_.interrupt();
}

}  // namespace icelight::query
