#include "query/jobs.h"

#include <algorithm>
#include <chrono>
#include <string>

#include <fmt/format.h>

namespace icelight::query {

Result<> check_waiting(const Job& job) {
    if (job.is_cancelled) return fail(ErrorCode::kShuttingDown, "the query was cancelled");
    if (system_clock().steady() >= job.deadline) {
        return fail(ErrorCode::kTimeout, "the query waited for a worker until its deadline");
    }
    return {};
}

Result<> Jobs::enter(const std::shared_ptr<Job>& job) {
    const std::size_t queries_max = job->request.limits.queries_max;
    const std::lock_guard lock(mutex_);
    if (queries_max != 0) {
        const auto others = std::count_if(jobs_.begin(), jobs_.end(), [&](const auto& entry) {
            return !entry.second->is_ended && entry.second->request.owner == job->request.owner;
        });
        if (static_cast<std::size_t>(others) >= queries_max) {
            return fail(
                ErrorCode::kOverloaded,
                fmt::format("this token may have {} queries at once (max_queries)", queries_max));
        }
    }
    jobs_.emplace(job->id, job);
    return {};
}

void Jobs::leave(QueryId id) {
    {
        const std::lock_guard lock(mutex_);
        jobs_.erase(id);
    }
    emptied_.notify_all();
}

std::size_t Jobs::cancel_named(std::string_view name, std::string_view owner) {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [id, job] : jobs_) {
        if (job->is_ended) continue;
        const auto& request = job->request;
        const bool is_it = (!name.empty() && request.name == name) || std::to_string(id) == name;
        if (!is_it || (!owner.empty() && request.owner != owner)) continue;
        job->is_cancelled = true;
        ++count;
    }
    return count;
}

std::vector<ActiveQuery> Jobs::active(SteadyTime now) const {
    const auto ms = [](auto time) {
        return std::chrono::duration_cast<std::chrono::milliseconds>(time);
    };
    std::vector<ActiveQuery> list;
    const std::lock_guard lock(mutex_);
    list.reserve(jobs_.size());
    for (const auto& [id, job] : jobs_) {
        if (job->is_ended) continue;
        list.push_back({.id = id,
                        .name = job->request.name,
                        .owner = job->request.owner,
                        .sql = job->request.sql,
                        .is_running = job->is_running,
                        .age = ms(now - job->begin),
                        .left = ms(job->deadline - system_clock().steady())});
    }
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    return list;
}

void Jobs::cancel(QueryId id) {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(id);
    if (found != jobs_.end()) found->second->is_cancelled = true;
}

void Jobs::drain(Deadline deadline) {
    std::unique_lock lock(mutex_);
    emptied_.wait_until(lock, deadline, [this] { return jobs_.empty(); });
    for (auto& [id, job] : jobs_)
        job->is_cancelled = true;
}

}  // namespace icelight::query
