#include "server/api/cube/batch.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace icelight::server {
namespace {

namespace json = boost::json;

/// A batch leaves room in the service's queue for others.
constexpr std::size_t kAtOnce = 4;

}  // namespace

void CubeBatch::start(Completion<http::Response> done) {
    done_ = std::move(done);
    for (std::size_t i = 0; i < kAtOnce; ++i)
        take_next();
}

void CubeBatch::take_next() {
    while (true) {
        const std::size_t index = next_++;
        if (index >= asked_.size()) return;
        auto load = first_equal(index) == index ? prepare(index) : nullptr;
        if (load != nullptr) {
            load->start([self = shared_from_this(),
                         index](const Result<std::vector<semantic::Answered>>& answers) {
                self->answers_[index] =
                    answers ? R"({"success":true,)" +
                                  semantic::load_reply(*answers, self->facts_).substr(1)
                            : self->failure(index, answers.error().message);
                self->settle();
                self->take_next();
            });
            return;
        }
        settle();
    }
}

/// Null when it was refused, and the answer says why.
std::shared_ptr<CubeLoad> CubeBatch::prepare(std::size_t index) {
    auto answered =
        parse_answered(asked_[index], {with_.model, with_.clock.now_us(), asking_.dialect});
    if (!answered) {
        answers_[index] = failure(index, problem_text(answered.error()));
        return nullptr;
    }
    std::vector<semantic::Answered> queries;
    queries.push_back(std::move(*answered));
    auto load = std::make_shared<CubeLoad>(with_, asking_, std::move(queries));
    if (auto compiled = load->compile(); !compiled) {
        answers_[index] = failure(index, problem_text(compiled.error()));
        return nullptr;
    }
    return load;
}

void CubeBatch::settle() {
    if (--left_ > 0) return;
    std::string results;
    for (std::size_t i = 0; i < answers_.size(); ++i)
        results += (i == 0 ? "" : ",") + answers_[first_equal(i)];
    done_(http::make_json(http::status::kOk, R"({"results":[)" + results + "]}"));
}

std::size_t CubeBatch::first_equal(std::size_t index) const {
    return static_cast<std::size_t>(std::find(asked_.begin(), asked_.end(), asked_[index]) -
                                    asked_.begin());
}

std::string CubeBatch::failure(std::size_t index, std::string_view error) const {
    return json::serialize(
        json::object{{"success", false}, {"error", error}, {"query", asked_[index]}});
}

}  // namespace icelight::server
