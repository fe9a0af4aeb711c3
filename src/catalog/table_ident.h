#pragma once

#include <compare>
#include <string>
#include <vector>

/// Tables: names, pointers to their metadata, and the only code that swaps one.
namespace icelight::catalog {

/// A table's full name: namespace levels and the name, as in `analytics.events`.
///
/// Levels and names hold any text but the unit separator (0x1F), which joins levels in storage
/// and in REST paths; none is empty.
struct TableIdent {
    std::vector<std::string> space;
    std::string name;

    auto operator<=>(const TableIdent&) const = default;
    bool operator==(const TableIdent&) const = default;
};

/// For messages and metrics: "analytics.events".
std::string text_of(const TableIdent& ident);

}  // namespace icelight::catalog
