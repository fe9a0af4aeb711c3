#include "semantic/compile.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "semantic/rows/base_rows.h"
#include "semantic/rows/gap_fill.h"
#include "semantic/rows/measure_sql.h"
#include "semantic/sql_writer.h"

namespace icelight::semantic {
namespace {

bool has_window(const Filter& filter) {
    bool found = false;
    visit_measures(filter, [&](const MeasureRef& m) { found = found || is_window(m.item->type); });
    return found;
}

/// One statement in the making.
class QueryWriter {
public:
    QueryWriter(const Query& query, const Model& model, const DateRange* period, Warnings& warnings)
        : query_(query), base_(query, model, period), warnings_(warnings) {}

    Checked<Compiled> write();
    Checked<Compiled> write_total();

private:
    Checked<> prepare();
    void add_dimensions();
    void add_measure(const MeasureRef& measure, bool is_shown);
    void add_time_dimensions();
    Checked<> add_order();
    Checked<> add_order_item(const OrderItem& item, std::size_t index);
    void add_tie_breaks();
    void sort_by(const std::string& column, bool is_descending);
    bool is_layered() const;
    std::string layers();
    std::string window_layer(const std::string& inner) const;
    std::string page() const;
    Compiled finish(std::string sql);

    struct Output {
        Column column;
        MeasureRef window;  ///< Set for window measures: computed over the aggregated rows.
        bool is_shown = true;
    };

    const Query& query_;
    BaseRows base_;
    Warnings& warnings_;
    SqlValues values_;
    std::vector<Output> outputs_;  ///< In the order of the columns, hidden ones last.
    std::vector<std::string> order_;
    std::vector<std::string> ordered_columns_;
    Filter outer_filters_;  ///< On measures, where one of them is a window.
    std::optional<FillPlan> fill_;
};

Checked<> QueryWriter::prepare() {
    ICE_TRY(base_.plan_joins());
    add_dimensions();
    for (const auto& measure : query_.measures)
        add_measure(measure, true);
    add_time_dimensions();
    // A filter on a window can only be asked after it is computed, and what stands beside it too.
    const auto split = split_filters(query_.filters);
    for (const auto& filter : split.measures.children) {
        if (has_window(filter)) {
            visit_measures(filter, [this](const MeasureRef& m) { add_measure(m, false); });
            outer_filters_.children.push_back(filter);
        } else {
            base_.add_having(filter);
        }
    }
    ICE_TRY(add_order());
    fill_ = plan_fill(query_, base_.period(), warnings_);
    return {};
}

void QueryWriter::add_dimensions() {
    for (const auto& dimension : query_.dimensions) {
        const auto name = dimension.full_name();
        const bool is_local_time =
            dimension.item->type == ValueType::kTime && query_.dialect == Dialect::kCube;
        base_.add_group(
            name,
            is_local_time ? local_time_sql(dimension.item->sql, query_.zone) : dimension.item->sql);
        outputs_.push_back({{name, ColumnRole::kDimension, dimension.item->type}, {}, true});
    }
}

void QueryWriter::add_measure(const MeasureRef& measure, bool is_shown) {
    const auto name = measure.full_name();
    const auto known = std::find_if(outputs_.begin(), outputs_.end(), [&](const Output& output) {
        return output.column.name == name;
    });
    if (known != outputs_.end()) {
        known->is_shown = known->is_shown || is_shown;
        return;
    }
    Output output{{name, ColumnRole::kMeasure, ValueType::kNumber}, {}, is_shown};
    if (!is_window(measure.item->type)) {
        base_.add_measure(measure);
        outputs_.push_back(std::move(output));
        return;
    }
    output.window = measure;
    outputs_.push_back(std::move(output));
    const auto* over = measure.cube->find_measure(measure.item->window.measure);
    if (over != nullptr) add_measure({measure.cube, over}, false);
}

void QueryWriter::add_time_dimensions() {
    for (std::size_t i = 0; i < query_.time_dimensions.size(); ++i) {
        const auto& time = query_.time_dimensions[i];
        if (!query_.is_selected(time)) continue;
        const auto name = time_column_name(query_, i);
        base_.add_group(name,
                        time.granularity != nullptr
                            ? bucket_sql(time.dimension.item->sql, *time.granularity, query_.zone)
                            : time.dimension.item->sql);
        outputs_.push_back({{name, ColumnRole::kTimeDimension, ValueType::kTime}, {}, true});
    }
}

void QueryWriter::sort_by(const std::string& column, bool is_descending) {
    if (std::find(ordered_columns_.begin(), ordered_columns_.end(), column) !=
        ordered_columns_.end())
        return;
    ordered_columns_.push_back(column);
    order_.push_back(
        fmt::format("{} {} NULLS LAST", quote_name(column), is_descending ? "DESC" : "ASC"));
}

Checked<> QueryWriter::add_order() {
    if (query_.is_ungrouped && query_.order.empty()) return {};
    const auto items = effective_order(query_);
    for (std::size_t i = 0; i < items.size(); ++i) {
        ICE_TRY(add_order_item(items[i], i));
    }
    add_tie_breaks();
    return {};
}

Checked<> QueryWriter::add_order_item(const OrderItem& item, std::size_t index) {
    if (item.measure.item != nullptr) {
        if (query_.is_ungrouped &&
            std::find(query_.measures.begin(), query_.measures.end(), item.measure) ==
                query_.measures.end()) {
            return refuse("an ungrouped query is ordered by what it selects", "/order");
        }
        add_measure(item.measure, false);
        sort_by(item.measure.full_name(), item.is_descending);
        return {};
    }
    const auto name = item.dimension.full_name();
    for (const auto& output : outputs_) {
        const auto& column = output.column.name;
        const bool is_its_bucket = column.size() > name.size() && column[name.size()] == '.' &&
                                   column.compare(0, name.size(), name) == 0;
        if (column == item.member || column == name || (is_its_bucket && item.member == name)) {
            sort_by(column, item.is_descending);
            return {};
        }
    }
    return refuse(
        fmt::format(
            "rows cannot be ordered by `{}`: it is not selected (item {})", item.member, index),
        "/order");
}

/// Times first: unordered ones ascend, as both clients expect.
void QueryWriter::add_tie_breaks() {
    for (const auto role : {ColumnRole::kTimeDimension, ColumnRole::kDimension}) {
        for (const auto& output : outputs_) {
            if (output.column.role == role) sort_by(output.column.name, false);
        }
    }
}

bool QueryWriter::is_layered() const {
    return fill_.has_value() || !outer_filters_.children.empty() ||
           std::any_of(outputs_.begin(), outputs_.end(), [](const Output& output) {
               return output.window.item != nullptr;
           });
}

std::string QueryWriter::window_layer(const std::string& inner) const {
    WindowFrame frame;
    for (const auto& output : outputs_) {
        if (output.column.role == ColumnRole::kDimension)
            frame.dimensions.push_back(quote_name(output.column.name));
        if (output.column.role == ColumnRole::kTimeDimension)
            frame.times.push_back(quote_name(output.column.name));
    }
    std::vector<std::string> columns;
    for (const auto& output : outputs_) {
        const auto name = quote_name(output.column.name);
        if (output.window.item == nullptr) {
            columns.push_back(name);
            continue;
        }
        const auto base =
            quote_name(output.window.cube->name + '.' + output.window.item->window.measure);
        columns.push_back(
            fmt::format("{} AS {}", window_sql(*output.window.item, base, frame), name));
    }
    return fmt::format("SELECT {} FROM ({}) AS grouped", fmt::join(columns, ", "), inner);
}

/// The statement without order and page.
std::string QueryWriter::layers() {
    std::string sql = base_.write(values_);
    if (!is_layered() && std::all_of(outputs_.begin(), outputs_.end(), [](const Output& output) {
            return output.is_shown;
        }))
        return sql;
    if (fill_) sql = fill_sql(*fill_, base_, sql);
    if (std::any_of(outputs_.begin(), outputs_.end(), [](const Output& output) {
            return output.window.item != nullptr;
        }))
        sql = window_layer(sql);
    std::vector<std::string> shown;
    for (const auto& output : outputs_) {
        if (output.is_shown) shown.push_back(quote_name(output.column.name));
    }
    sql = fmt::format("SELECT {} FROM ({}) AS answer", fmt::join(shown, ", "), sql);
    const auto where = filter_sql(outer_filters_, values_, [](const MeasureRef& measure) {
        return quote_name(measure.full_name());
    });
    if (!where.empty()) sql += " WHERE " + where;
    return sql;
}

std::string QueryWriter::page() const {
    std::string out;
    if (!order_.empty()) out += fmt::format(" ORDER BY {}", fmt::join(order_, ", "));
    if (query_.limit) out += fmt::format(" LIMIT {}", *query_.limit);
    if (query_.offset != 0) out += fmt::format(" OFFSET {}", query_.offset);
    return out;
}

Compiled QueryWriter::finish(std::string sql) {
    Compiled compiled;
    compiled.sql = std::move(sql);
    compiled.values = values_.take();
    for (const auto& output : outputs_) {
        if (output.is_shown) compiled.columns.push_back(output.column);
    }
    return compiled;
}

Checked<Compiled> QueryWriter::write() {
    ICE_TRY(prepare());
    const auto sql = layers();
    return finish(sql + page());
}

Checked<Compiled> QueryWriter::write_total() {
    ICE_TRY(prepare());
    const auto sql = layers();
    auto compiled = finish(fmt::format("SELECT count(*) AS total FROM ({}) AS counted", sql));
    compiled.columns = {{"total", ColumnRole::kOther, ValueType::kNumber}};
    return compiled;
}

}  // namespace

Checked<Compiled> compile_query(const Query& query,
                                const Model& model,
                                const DateRange* period,
                                Warnings& warnings) {
    return QueryWriter(query, model, period, warnings).write();
}

Checked<Compiled> compile_total(const Query& query,
                                const Model& model,
                                const DateRange* period,
                                Warnings& warnings) {
    return QueryWriter(query, model, period, warnings).write_total();
}

std::string time_column_name(const Query& query, std::size_t index) {
    const auto& time = query.time_dimensions.at(index);
    auto name = time.dimension.full_name();
    if (time.granularity == nullptr) return name;
    const auto is_taken = [&](const TimeDimension& other) {
        return other.dimension == time.dimension;
    };
    const auto end = query.time_dimensions.begin() + static_cast<std::ptrdiff_t>(index);
    const bool is_second =
        std::any_of(query.time_dimensions.begin(), end, is_taken) ||
        std::find(query.dimensions.begin(), query.dimensions.end(), time.dimension) !=
            query.dimensions.end();
    if (query.dialect == Dialect::kDrizzle && !is_second) return name;
    return fmt::format("{}.{}", name, time.granularity->name);
}

std::vector<OrderItem> effective_order(const Query& query) {
    if (!query.order.empty() || query.dialect == Dialect::kDrizzle) return query.order;
    for (std::size_t i = 0; i < query.time_dimensions.size(); ++i) {
        const auto& time = query.time_dimensions[i];
        if (time.granularity != nullptr)
            return {{time.dimension.full_name(), time.dimension, {}, false}};
    }
    if (!query.measures.empty() && (!query.dimensions.empty())) {
        const auto& first = query.measures.front();
        return {{first.full_name(), {}, first, true}};
    }
    if (query.dimensions.empty()) return {};
    const auto& first = query.dimensions.front();
    return {{first.full_name(), first, {}, false}};
}

}  // namespace icelight::semantic
