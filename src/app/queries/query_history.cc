#include "app/queries/query_history.h"

#include <charconv>
#include <utility>

#include "app/telemetry.h"

namespace icelight::app {
namespace {

constexpr std::string_view kColumns =
    "id, name, owner, kind, sql, sql_bytes, format, status, error, started_at_us, duration_us, "
    "rows, bytes, meta";

QueryRecord read_record(const Statement& row) {
    QueryRecord record;
    record.id = row.integer(0);
    record.name = row.text(1);
    record.owner = row.text(2);
    record.kind = row.text(3);
    record.sql = row.text(4);
    record.sql_bytes = row.integer(5);
    record.format = row.text(6);
    record.status = row.text(7);
    record.error = row.text(8);
    record.started_at_us = row.integer(9);
    record.duration_us = row.integer(10);
    record.rows = row.integer(11);
    record.bytes = row.integer(12);
    record.meta = row.text(13);
    return record;
}

Result<> insert_record(Connection& connection, const QueryRecord& record) {
    // A clock that was set back may give an id again: the newer query has it then.
    ICE_ASSIGN(auto insert,
               Statement::prepare(connection,
                                  "INSERT OR REPLACE INTO query_history VALUES (?, ?, ?, ?, ?, ?, "
                                  "?, ?, ?, ?, ?, ?, ?, ?)"));
    return insert.bind(record.id)
        .bind(record.name)
        .bind(record.owner)
        .bind(record.kind)
        .bind(record.sql)
        .bind(record.sql_bytes)
        .bind(record.format)
        .bind(record.status)
        .bind(record.error)
        .bind(record.started_at_us)
        .bind(record.duration_us)
        .bind(record.rows)
        .bind(record.bytes)
        .bind(record.meta)
        .run();
}

Result<> delete_oldest(Connection& connection, std::size_t records_max) {
    ICE_ASSIGN(auto remove,
               Statement::prepare(connection,
                                  "DELETE FROM query_history WHERE id <= (SELECT id FROM "
                                  "query_history ORDER BY id DESC LIMIT 1 OFFSET ?)"));
    return remove.bind(static_cast<std::int64_t>(records_max)).run();
}

}  // namespace

std::string cut_text(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return std::string(text);
    std::size_t end = bytes_max;
    // 0b10xxxxxx continues a character.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    return std::string(text.substr(0, end));
}

QueryHistory::QueryHistory(Database& database, WorkerPool& pool, Options options)
    : database_(database), pool_(pool), options_(options) {}

QueryHistory::~QueryHistory() {
    close();
}

void QueryHistory::start() {
    thread_ = std::thread([this] { run(); });
}

void QueryHistory::note(QueryRecord record) {
    {
        const std::lock_guard lock(mutex_);
        if (pending_.size() < options_.queued_max && !is_closed_) {
            pending_.push_back(std::move(record));
            // The thread waits for the first of them only.
            if (pending_.size() > 1) return;
        } else {
            telemetry::queries_forgotten(1);
            return;
        }
    }
    changed_.notify_one();
}

void QueryHistory::run() {
    name_this_thread("history");
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return is_closed_ || !pending_.empty(); });
        // More of them make one transaction.
        changed_.wait_for(lock, options_.gather_time, [this] { return is_closed_; });
        if (is_closed_) return;
        lock.unlock();
        // Refused: the pool is busy; the next round tries again.
        [[maybe_unused]] const bool is_taken = pool_.try_run([this] { write_pending(); });
        lock.lock();
    }
}

void QueryHistory::write_pending() {
    std::vector<QueryRecord> records;
    {
        const std::lock_guard lock(mutex_);
        records.swap(pending_);
    }
    if (records.empty()) return;
    const auto written = database_.transact([&](Connection& connection) -> Result<> {
        for (const auto& record : records) {
            ICE_TRY(insert_record(connection, record));
        }
        return delete_oldest(connection, options_.records_max);
    });
    if (written) return;
    telemetry::queries_forgotten(records.size());
    telemetry::history_unwritable(written.error().message);
}

Result<std::vector<QueryRecord>> QueryHistory::list(const HistoryFilter& filter) {
    write_pending();
    std::vector<QueryRecord> records;
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(
            auto select,
            Statement::prepare(connection,
                               std::string("SELECT ") + std::string(kColumns) +
                                   " FROM query_history WHERE (?1 = '' OR owner = ?1) AND (?2 = '' "
                                   "OR status = ?2) AND (?3 = '' OR instr(lower(sql), lower(?3)) "
                                   "> 0) AND (?4 = 0 OR id < ?4) ORDER BY id DESC LIMIT ?5"));
        select.bind(filter.owner)
            .bind(filter.status)
            .bind(filter.text)
            .bind(filter.before_id)
            .bind(static_cast<std::int64_t>(filter.limit));
        while (true) {
            ICE_ASSIGN(const bool has_row, select.step());
            if (!has_row) return {};
            records.push_back(read_record(select));
        }
    }));
    return records;
}

Result<std::optional<QueryRecord>> QueryHistory::find(std::string_view id_or_name,
                                                      std::string_view owner) {
    write_pending();
    std::int64_t id = 0;
    const char* const end = id_or_name.data() + id_or_name.size();
    const auto [rest, problem] = std::from_chars(id_or_name.data(), end, id);
    if (problem != std::errc() || rest != end) id = 0;
    std::optional<QueryRecord> found;
    ICE_TRY(database_.inspect([&](Connection& connection) -> Result<> {
        ICE_ASSIGN(auto select,
                   Statement::prepare(connection,
                                      std::string("SELECT ") + std::string(kColumns) +
                                          " FROM query_history WHERE (id = ?1 OR (name <> '' AND "
                                          "name = ?2)) AND (?3 = '' OR owner = ?3) ORDER BY id "
                                          "DESC LIMIT 1"));
        ICE_ASSIGN(const bool has_row, select.bind(id).bind(id_or_name).bind(owner).step());
        if (has_row) found = read_record(select);
        return {};
    }));
    return found;
}

void QueryHistory::close() {
    {
        const std::lock_guard lock(mutex_);
        if (is_closed_) return;
        is_closed_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    // A full pool: they are lost.
    if (!pool_.try_run([this] { write_pending(); })) {
        const std::lock_guard lock(mutex_);
        telemetry::queries_forgotten(pending_.size());
    }
}

}  // namespace icelight::app
