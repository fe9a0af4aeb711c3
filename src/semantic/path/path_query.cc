#include "semantic/path/path_query.h"

#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace icelight::semantic {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 3> kModes = {"funnel", "flow", "retention"};

bool has(const json::object& query, std::string_view mode) {
    const auto* const value = query.if_contains(mode);
    return value != nullptr && !value->is_null();
}

Checked<> refuse_second_mode(const json::object& query, const Place& root) {
    std::string_view first;
    for (const std::string_view mode : kModes) {
        if (!has(query, mode)) continue;
        if (!first.empty()) {
            return refuse(fmt::format("a query has `{}` or `{}`, not both", first, mode),
                          Place(root, mode).pointer());
        }
        first = mode;
    }
    return {};
}

}  // namespace

std::string_view PathQuery::mode() const {
    return kModes[asked.index()];
}

bool is_path_query(const json::value& query) {
    if (!query.is_object()) return false;
    for (const std::string_view mode : kModes) {
        if (has(query.get_object(), mode)) return true;
    }
    return false;
}

Checked<PathQuery> compile_path_query(const json::value& query,
                                      const QueryContext& context,
                                      Warnings& warnings) {
    const Place root;
    ICE_ASSIGN(auto reader, ObjectReader::open(query, root));
    ICE_TRY(refuse_second_mode(query.get_object(), root));
    PathQuery out;
    if (has(query.get_object(), "funnel")) {
        ICE_ASSIGN(Funnel funnel, read_funnel(reader, context, warnings));
        out.compiled = compile_funnel(funnel);
        out.asked = std::move(funnel);
    } else if (has(query.get_object(), "flow")) {
        ICE_ASSIGN(Flow flow, read_flow(reader, context, warnings));
        out.compiled = compile_flow(flow);
        out.asked = std::move(flow);
    } else {
        ICE_ASSIGN(Retention retention, read_retention(reader, context, warnings));
        out.compiled = compile_retention(retention);
        out.asked = std::move(retention);
    }
    reader.warn_unknown(warnings);
    return out;
}

}  // namespace icelight::semantic
