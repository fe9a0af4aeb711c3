#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "base/result.h"

namespace icelight::semantic {

/// Why a query is refused: always the query's fault, always 400.
struct [[nodiscard]] Problem {
    std::string message;  ///< One sentence that says what to do.
    std::string pointer;  ///< RFC 6901: where in the query, "/filters/0/operator".
    std::string member;   ///< The name at fault, as written; empty when it is no name.
    std::string nearest;  ///< The known name that is most like `member`; empty when none is.
};

/// "`Events.cuont` is not a measure; did you mean `Events.count`?", for a reply's error text.
std::string problem_text(const Problem& problem);

/// Something in the query that had no effect, or less than it seems.
struct Warning {
    std::string code;  ///< "UNKNOWN_KEY", ...
    std::string message;
    std::string pointer;
};

using Warnings = std::vector<Warning>;

/// A value, or the problem that prevents it; works with ICE_TRY and ICE_ASSIGN.
template <class T = void>
class [[nodiscard]] Checked : public tl::expected<T, Problem> {
    using Base = tl::expected<T, Problem>;

public:
    using Base::Base;

    // NOLINTNEXTLINE(google-explicit-constructor): as in Result
    Checked(Base base) : Base(std::move(base)) {}
};

/// Makes the failure branch of any Checked.
inline tl::unexpected<Problem> refuse(std::string message, std::string pointer) {
    return tl::unexpected<Problem>(Problem{std::move(message), std::move(pointer), {}, {}});
}

/// The same for a name that is not known: finds the nearest of `known`.
tl::unexpected<Problem> refuse_name(std::string message,
                                    std::string pointer,
                                    std::string_view name,
                                    const std::vector<std::string_view>& known);

/// The name of `known` that takes the fewest edits to become `name`, without regard to case; empty
/// when all are further than a third of its length.
std::string_view find_nearest(std::string_view name, const std::vector<std::string_view>& known);

}  // namespace icelight::semantic
