#include "semantic/path/breakdown.h"

#include <fmt/format.h>

#include "semantic/path/funnel.h"

namespace icelight::semantic {

std::string rank_breakdown(std::string_view source, std::string_view names, std::int64_t limit) {
    return fmt::format(
        ", ranked AS (SELECT {0}, row_number() OVER (ORDER BY count(*) DESC, {0}) AS rank FROM {1} "
        "GROUP BY {0}), groups AS (SELECT * FROM ranked WHERE rank <= {2})",
        names,
        source,
        limit + 1);
}

std::string kept_rank(std::int64_t limit) {
    return fmt::format("least(r.rank, {})", limit + 1);
}

std::string same_breakdown(std::size_t count, std::string_view left, std::string_view right) {
    std::string sql;
    for (std::size_t i = 0; i < count; ++i) {
        sql += fmt::format(
            "{}{}.b{} IS NOT DISTINCT FROM {}.b{}", i == 0 ? "" : " AND ", left, i, right, i);
    }
    return sql;
}

std::string breakdown_object(const std::vector<DimensionRef>& dimensions,
                             std::string_view rank,
                             std::int64_t limit) {
    std::string sql = "struct_pack(";
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
        sql += fmt::format("{}{} := CASE WHEN {} > {} THEN '{}' ELSE b{} END",
                           i == 0 ? "" : ", ",
                           quote_name(dimensions[i].full_name()),
                           rank,
                           limit,
                           kOther,
                           i);
    }
    return sql + ")";
}

}  // namespace icelight::semantic
