#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>

#include "base/completion.h"
#include "http/response.h"
#include "server/api/cube/load.h"
#include "server/api/cube/routes.h"

namespace icelight::server {

/// The queries of one /batch, a few on their way at a time; equal ones are asked once.
///
/// Thread safety: start() once; the rest runs on the threads that bring the answers.
/// Lifetime: shared with every load of it.
class CubeBatch : public std::enable_shared_from_this<CubeBatch> {
public:
    /// @param asked  at least one query.
    CubeBatch(CubeRoutes with,
              CubeAsking asking,
              semantic::ReplyFacts facts,
              boost::json::array asked)
        : with_(with),
          asking_(std::move(asking)),
          facts_(std::move(facts)),
          asked_(std::move(asked)),
          answers_(asked_.size()),
          left_(asked_.size()) {}

    /// Calls `done` once with {"results": [...]}: for each query in order its whole answer with
    /// `success`, or why there is none.
    void start(Completion<http::Response> done);

private:
    void take_next();
    std::shared_ptr<CubeLoad> prepare(std::size_t index);
    void settle();
    std::size_t first_equal(std::size_t index) const;
    std::string failure(std::size_t index, std::string_view error) const;

    const CubeRoutes with_;
    const CubeAsking asking_;
    const semantic::ReplyFacts facts_;
    const boost::json::array asked_;
    std::vector<std::string>
        answers_;  ///< Each is written by one thread, before `left_` counts it.
    std::atomic<std::size_t> next_{0};
    std::atomic<std::size_t> left_;
    Completion<http::Response> done_;
};

}  // namespace icelight::server
