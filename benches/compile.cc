// How long it takes to turn a query into SQL: JSON text in, statement and values out.
//
// Reads queries from stdin, one JSON text a line, and prints the median of each in microseconds,
// one a line.
#include "semantic/compile.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <boost/json/parse.hpp>

#include "base/clock.h"
#include "semantic/config/build_model.h"
#include "semantic/path/path_query.h"

namespace {

namespace semantic = icelight::semantic;

constexpr int kRuns = 2'001;

/// Bytes of the statement, so that nothing is left out; 0 when it is refused.
std::size_t compile(const std::string& text, const semantic::Model& model, std::int64_t now_us) {
    const auto value = boost::json::parse(text);
    const semantic::QueryContext context{model, now_us, semantic::Dialect::kDrizzle};
    semantic::Warnings warnings;
    if (semantic::is_path_query(value)) {
        const auto query = semantic::compile_path_query(value, context, warnings);
        return query ? query->compiled.sql.size() : 0;
    }
    const auto query = semantic::parse_query(value, context, warnings);
    if (!query) return 0;
    const auto compiled = semantic::compile_query(*query, model, nullptr, warnings);
    return compiled ? compiled->sql.size() : 0;
}

}  // namespace

int main() {
    const auto built = semantic::build_model("\"analytics\".\"events\"", {});
    const auto& clock = icelight::system_clock();
    std::string text;
    while (std::getline(std::cin, text)) {
        std::vector<double> times_us;
        for (int run = 0; run < kRuns; ++run) {
            const auto begin = clock.steady();
            const auto bytes = compile(text, *built->model, clock.now_us());
            const std::chrono::duration<double, std::micro> took = clock.steady() - begin;
            if (bytes == 0) {
                std::fprintf(stderr, "refused: %s\n", text.c_str());
                return 1;
            }
            times_us.push_back(took.count());
        }
        std::nth_element(times_us.begin(), times_us.begin() + kRuns / 2, times_us.end());
        std::printf("%.2f\n", times_us[kRuns / 2]);
    }
    return 0;
}
