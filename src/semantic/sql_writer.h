#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "semantic/compiled.h"

namespace icelight::semantic {

/// Collects the values of a statement while its text is written.
class SqlValues {
public:
    /// Binds a value. @return "$3"
    std::string bind(Value value);

    std::vector<Value> take() { return std::move(values_); }

private:
    std::vector<Value> values_;
};

/// "name", with every " doubled.
std::string quote_name(std::string_view name);

/// 'text', with every ' doubled. For texts of the model only.
std::string quote_text(std::string_view text);

/// TIMESTAMPTZ '2024-01-31 23:59:59.999500+00'; microseconds since 1970, UTC. A literal, so that a
/// comparison with a raw column is one that the engine can skip files by.
std::string time_literal(std::int64_t time_us);

}  // namespace icelight::semantic
