#include "query/jobs.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace icelight::query {
namespace {

std::shared_ptr<Job> make_job(QueryId id, const std::string& owner, const std::string& name = "") {
    auto job = std::make_shared<Job>();
    job->id = id;
    job->request.owner = owner;
    job->request.name = name;
    return job;
}

TEST(Jobs, AnOwnerHasNoMoreAtOnceThanItsLimit) {
    Jobs jobs;
    const auto first = make_job(1, "ann");
    auto second = make_job(2, "ann");
    second->request.limits.queries_max = 1;
    ASSERT_TRUE(jobs.enter(first));
    EXPECT_EQ(jobs.enter(second).error().code, ErrorCode::kOverloaded);
    auto other = make_job(3, "bob");
    other->request.limits.queries_max = 1;
    EXPECT_TRUE(jobs.enter(other));
    first->is_ended = true;  // Its answer is on its way: it no longer counts.
    EXPECT_TRUE(jobs.enter(second));
}

TEST(Jobs, CancelsByNameOrNumberOnlyWhatTheOwnerHas) {
    Jobs jobs;
    const auto anns = make_job(1, "ann", "report");
    const auto bobs = make_job(2, "bob", "report");
    ASSERT_TRUE(jobs.enter(anns) && jobs.enter(bobs));
    EXPECT_EQ(jobs.cancel_named("report", "ann"), 1U);
    EXPECT_TRUE(anns->is_cancelled);
    EXPECT_FALSE(bobs->is_cancelled);
    EXPECT_EQ(jobs.cancel_named("2", "ann"), 0U);
    EXPECT_EQ(jobs.cancel_named("2", ""), 1U);
    EXPECT_TRUE(bobs->is_cancelled);
    jobs.cancel(7);  // Nobody's.
}

TEST(Jobs, WhatHasItsAnswerIsNoLongerThereToBeCancelled) {
    Jobs jobs;
    const auto ended = make_job(1, "ann", "report");
    const auto again = make_job(2, "ann", "report");
    ASSERT_TRUE(jobs.enter(ended) && jobs.enter(again));
    ended->is_ended = true;
    EXPECT_EQ(jobs.cancel_named("report", "ann"), 1U);
    EXPECT_EQ(jobs.cancel_named("1", ""), 0U);
    EXPECT_FALSE(ended->is_cancelled);
    EXPECT_TRUE(again->is_cancelled);
}

TEST(Jobs, ListsWhatIsActiveOldestFirst) {
    Jobs jobs;
    const auto second = make_job(5, "ann");
    const auto first = make_job(4, "ann");
    const auto ended = make_job(3, "ann");
    ASSERT_TRUE(jobs.enter(second) && jobs.enter(first) && jobs.enter(ended));
    ended->is_ended = true;
    const auto active = jobs.active(first->begin + std::chrono::milliseconds(9));
    ASSERT_EQ(active.size(), 2U);
    EXPECT_EQ(active[0].id, 4U);
    EXPECT_EQ(active[0].age.count(), 9);
    EXPECT_EQ(active[1].id, 5U);
}

TEST(Jobs, DrainingCancelsWhatDidNotLeaveInTime) {
    Jobs jobs;
    const auto stays = make_job(1, "ann");
    ASSERT_TRUE(jobs.enter(stays));
    jobs.drain(deadline_in(std::chrono::milliseconds(1)));
    EXPECT_TRUE(stays->is_cancelled);
    jobs.leave(1);
    jobs.drain(deadline_in(std::chrono::seconds(10)));  // Returns at once: nobody is left.
}

}  // namespace
}  // namespace icelight::query
