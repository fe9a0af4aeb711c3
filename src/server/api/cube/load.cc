#include "server/api/cube/load.h"

#include <charconv>
#include <utility>

#include "semantic/compile.h"

namespace icelight::server {

using semantic::Answered;

query::Request make_sql_request(const semantic::Compiled& compiled,
                                std::chrono::milliseconds timeout) {
    query::Request request;
    request.origin = query::Origin::kCube;
    request.sql = compiled.sql;
    request.timeout = timeout;
    request.rows_max = semantic::kLimitMax;
    request.values.reserve(compiled.values.size());
    for (const auto& value : compiled.values)
        std::visit([&](const auto& v) { request.values.emplace_back(v); }, value);
    return request;
}

semantic::Checked<Answered> parse_answered(const boost::json::value& asked,
                                           const semantic::QueryContext& context) {
    Answered answered;
    if (semantic::is_path_query(asked)) {
        ICE_ASSIGN(answered.path, semantic::compile_path_query(asked, context, answered.warnings));
        answered.query.dialect = context.dialect;
    } else {
        ICE_ASSIGN(answered.query, semantic::parse_query(asked, context, answered.warnings));
    }
    answered.asked = asked;
    return answered;
}

semantic::Checked<> CubeLoad::compile() {
    for (std::size_t i = 0; i < queries_.size(); ++i) {
        auto& answered = queries_[i];
        const auto& query = answered.query;
        if (answered.path) {
            answered.parts.push_back({.compiled = answered.path->compiled, .rows = {}});
            statements_.push_back({i, 0, false, answered.path->compiled});
            continue;
        }
        std::vector<const semantic::DateRange*> periods{nullptr};
        if (const auto* compared = query.compared()) {
            periods.clear();
            for (const auto& period : compared->compared)
                periods.push_back(&period);
        }
        for (const auto* period : periods) {
            // Every period says the same about the query: one warning is enough.
            semantic::Warnings again;
            auto& warnings = answered.parts.empty() ? answered.warnings : again;
            const std::size_t part = answered.parts.size();
            ICE_ASSIGN(auto compiled, semantic::compile_query(query, model_, period, warnings));
            answered.parts.push_back({.period = period, .compiled = compiled, .rows = {}});
            statements_.push_back({i, part, false, std::move(compiled)});
            if (!query.wants_total) continue;
            ICE_ASSIGN(auto total, semantic::compile_total(query, model_, period, again));
            statements_.push_back({i, part, true, std::move(total)});
        }
    }
    return {};
}

void CubeLoad::start(Completion<std::vector<Answered>> done) {
    done_ = std::move(done);
    deadline_ = deadline_in(timeout_);
    run_next();
}

void CubeLoad::run_next() {
    if (next_ == statements_.size()) return done_(std::move(queries_));
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline_ - system_clock().steady());
    if (left.count() <= 0)
        return done_(fail(ErrorCode::kTimeout, "the queries did not end before their deadline"));
    auto request = make_sql_request(statements_[next_].compiled, left);
    request.staleness_max = staleness_max_;
    request.owner = owner_;
    request.limits = limits_;
    request.wants_run = wants_run_;
    service_.run(std::move(request), [self = shared_from_this()](Result<query::Reply> reply) {
        if (!reply) return self->done_(tl::unexpected(std::move(reply).error()));
        if (auto taken = self->take(std::move(*reply)); !taken)
            return self->done_(tl::unexpected(taken.error()));
        ++self->next_;
        self->run_next();
    });
}

Result<> CubeLoad::take(query::Reply reply) {
    const auto& statement = statements_[next_];
    auto& part = queries_[statement.query].parts[statement.part];
    ICE_ASSIGN(
        auto rows,
        semantic::ResultRows::parse(std::move(reply.body), statement.compiled.columns.size()));
    if (!statement.is_total) {
        part.rows = std::move(rows);
        // An answer of before that is exact is no older than one that was run.
        if (reply.age && staleness_max_.count() > 0) part.age_ms = reply.age->count();
        part.is_truncated = reply.facts.is_truncated;
        return {};
    }
    std::int64_t total = 0;
    if (rows.size() == 1) {
        const auto cell = rows.cell(0, 0);
        std::from_chars(cell.data(), cell.data() + cell.size(), total);
    }
    part.total = total;
    return {};
}

}  // namespace icelight::server
