#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace icelight::query {

enum class Comparison : std::uint8_t {
    kEqual,
    kLess,
    kLessOrEqual,
    kGreater,
    kGreaterOrEqual,
    kIn
};

/// What a column is compared with, as the statement's tree has it.
struct Operand {
    enum class Kind : std::uint8_t {
        kText,        ///< `text`.
        kInteger,     ///< Digits of `text`.
        kParameter,   ///< The bound value of number `text`.
        kExpression,  ///< `text`: the tree of an expression without columns, parameters and chance.
    };

    Kind kind = Kind::kText;
    std::string text;

    bool operator==(const Operand&) const = default;
};

/// One condition that every row of a table must meet to matter to the statement.
struct Predicate {
    std::string column;  ///< As the statement spells it.
    Comparison comparison = Comparison::kEqual;
    std::vector<Operand> operands;  ///< One; of kIn at least one.
    /// An operand grows with the clock: what is true of it now is true of it later for > and >=.
    bool is_of_now = false;

    bool operator==(const Predicate&) const = default;
};

/// The conditions on one mention of a table; all hold.
using Predicates = std::vector<Predicate>;

}  // namespace icelight::query
