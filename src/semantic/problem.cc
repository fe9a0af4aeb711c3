#include "semantic/problem.h"

#include <algorithm>
#include <numeric>

#include "base/letter_case.h"

namespace icelight::semantic {
namespace {

constexpr std::size_t kComparedBytesMax = 128;

/// Levenshtein distance without regard to case; `a` and `b` at most kComparedBytesMax.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            const std::size_t replaced =
                diagonal + (small_letter(a[i - 1]) == small_letter(b[j - 1]) ? 0 : 1);
            row[j] = std::min({above + 1, row[j - 1] + 1, replaced});
            diagonal = above;
        }
    }
    return row[b.size()];
}

}  // namespace

std::string problem_text(const Problem& problem) {
    if (problem.nearest.empty()) return problem.message;
    return problem.message + "; did you mean `" + problem.nearest + "`?";
}

std::string_view find_nearest(std::string_view name, const std::vector<std::string_view>& known) {
    name = name.substr(0, kComparedBytesMax);
    std::string_view nearest;
    std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const auto candidate : known) {
        if (candidate.size() > kComparedBytesMax) continue;
        const std::size_t distance = edit_distance(name, candidate);
        if (distance < best) {
            best = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

tl::unexpected<Problem> refuse_name(std::string message,
                                    std::string pointer,
                                    std::string_view name,
                                    const std::vector<std::string_view>& known) {
    return tl::unexpected<Problem>(Problem{std::move(message),
                                           std::move(pointer),
                                           std::string(name),
                                           std::string(find_nearest(name, known))});
}

}  // namespace icelight::semantic
