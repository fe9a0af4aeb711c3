#pragma once

#include <span>
#include <string_view>

/// The functions strangers may call. Every other name is refused before anything is bound.
namespace icelight::query {

/// Scalar, aggregate and window functions, operators and macros. `name` in lower case.
bool is_allowed_function(std::string_view name);

/// Aggregates of our own (engine/aggregates.h): the engine's interface breaks when they are called
/// OVER a window or with ORDER BY among their arguments. `name` in lower case.
bool is_plain_only_aggregate(std::string_view name);

/// All names of is_allowed_function() but the aggregates of our own, in ASCII order.
std::span<const std::string_view> allowed_functions();

/// Functions in FROM. `name` in lower case.
/// A function, or a word without parentheses, that may give another value for the same arguments.
bool is_volatile_function(std::string_view name);

bool is_allowed_table_function(std::string_view name);

}  // namespace icelight::query
