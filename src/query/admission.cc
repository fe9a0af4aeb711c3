#include "query/admission.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/letter_case.h"
#include "catalog/catalog.h"
#include "wal/log.h"

namespace icelight::query {
namespace {

using catalog::TableIdent;

constexpr std::size_t kListedTablesMax = 10'000;
constexpr std::size_t kNamespaceLevelsMax = 64;

std::vector<std::string> split_space(const std::string& text) {
    std::vector<std::string> levels;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto end = std::min(text.find('.', begin), text.size());
        levels.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return levels;
}

std::string join_space(const std::vector<std::string>& levels) {
    return fmt::format("{}", fmt::join(levels, "."));
}

TableIdent make_ident(const Options& options, const TableName& name) {
    return {split_space(name.space.empty() ? options.space : name.space), name.name};
}

TailKind tail_of(const Options& options, const TableIdent& ident) {
    if (join_space(ident.space) != options.space) return TailKind::kNone;
    if (ident.name == options.events) return TailKind::kEvents;
    return ident.name == options.events + "__rejected" ? TailKind::kRejected : TailKind::kNone;
}

Result<> list_below(catalog::Catalog& catalog,
                    const std::vector<std::string>& space,
                    std::vector<TableIdent>& tables) {
    if (tables.size() > kListedTablesMax || space.size() > kNamespaceLevelsMax) return {};
    if (!space.empty()) {
        ICE_ASSIGN(const auto here, catalog.list_tables(space));
        tables.insert(tables.end(), here.begin(), here.end());
    }
    ICE_ASSIGN(const auto children, catalog.list_namespaces(space));
    for (const auto& child : children) {
        ICE_TRY(list_below(catalog, child.levels, tables));
    }
    return {};
}

std::string place_of(const Statement& statement, std::size_t i, const Request& request) {
    return i < statement.places.size() ? place_text(request.sql, statement.places[i]) : "";
}

/// The catalog's spelling of a name that it does not hold as it was written.
///
/// @param place  for the error: where it was written.
Result<TableIdent> find_spelling(const Options& options,
                                 const TableName& name,
                                 const std::string& place,
                                 catalog::Catalog& catalog) {
    const TableIdent asked = make_ident(options, name);
    std::vector<TableIdent> all;
    ICE_TRY(list_below(catalog, {}, all));
    std::vector<TableIdent> found;
    for (const auto& ident : all) {
        if (equal_ignoring_case(ident.name, asked.name) &&
            equal_ignoring_case(join_space(ident.space), join_space(asked.space))) {
            found.push_back(ident);
        }
    }
    if (found.size() == 1) return found.front();
    return fail(ErrorCode::kInvalidArgument,
                fmt::format("{}there is {} table {}{}",
                            kRefusalPrefix,
                            found.empty() ? "no" : "more than one",
                            catalog::text_of(asked),
                            place));
}

/// The idents that the names mean, each of which existed a moment ago.
Result<std::vector<TableIdent>> resolve(const Options& options,
                                        const Statement& statement,
                                        const Request& request,
                                        catalog::Catalog& catalog) {
    std::vector<TableIdent> idents;
    idents.reserve(statement.tables.size());
    for (const auto& name : statement.tables)
        idents.push_back(make_ident(options, name));
    ICE_ASSIGN(const auto known, catalog.read_point(idents));
    for (std::size_t i = 0; i < idents.size(); ++i) {
        if (known.metadata_locations.contains(idents[i])) continue;
        const auto place = place_of(statement, i, request);
        ICE_ASSIGN(idents[i], find_spelling(options, statement.tables[i], place, catalog));
    }
    // Two spellings of one table are one view.
    std::sort(idents.begin(), idents.end());
    idents.erase(std::unique(idents.begin(), idents.end()), idents.end());
    return idents;
}

Result<ExecuteMessage> list_all(catalog::Catalog& catalog) {
    std::vector<TableIdent> all;
    ICE_TRY(list_below(catalog, {}, all));
    ExecuteMessage inputs;
    for (const auto& ident : all)
        inputs.tables.push_back({join_space(ident.space), ident.name, "", TailKind::kNone});
    return inputs;
}

}  // namespace

bool sees_the_same(const ExecuteMessage& before, const ExecuteMessage& now) {
    if (before.tables != now.tables) return false;
    const bool has_tail =
        std::any_of(now.tables.begin(), now.tables.end(), [](const TableInput& input) {
            return input.tail != TailKind::kNone;
        });
    return !has_tail || (before.tail_from == now.tail_from && before.tail_to == now.tail_to);
}

Result<Admission> admit(const Options& options,
                        const Statement& statement,
                        const Request& request,
                        wal::Log& log,
                        catalog::Catalog& catalog) {
    auto pin = catalog.pins().pin();
    if (statement.kind == StatementKind::kShowTables) {
        ICE_ASSIGN(auto inputs, list_all(catalog));
        return Admission{std::move(pin), std::move(inputs)};
    }
    ExecuteMessage inputs;
    if (statement.tables.empty()) return Admission{std::move(pin), std::move(inputs)};
    ICE_ASSIGN(const auto idents, resolve(options, statement, request, catalog));
    ICE_ASSIGN(const auto point, catalog.read_point(idents));
    for (const auto& ident : idents) {
        const auto location = point.metadata_locations.find(ident);
        if (location == point.metadata_locations.end()) {
            return fail(
                ErrorCode::kInvalidArgument,
                fmt::format("{}there is no table {}", kRefusalPrefix, catalog::text_of(ident)));
        }
        inputs.tables.push_back(
            {join_space(ident.space), ident.name, location->second, tail_of(options, ident)});
    }
    inputs.as_of = request.as_of;
    const auto watermark = point.watermarks.find(catalog::kEventSink);
    if (watermark != point.watermarks.end()) inputs.tail_from = watermark->second.next(0);
    inputs.tail_to = request.is_committed_only || request.as_of
                         ? inputs.tail_from
                         : std::max(inputs.tail_from, log.durable_offset());
    const bool has_tail =
        std::any_of(inputs.tables.begin(), inputs.tables.end(), [](const TableInput& input) {
            return input.tail != TailKind::kNone;
        });
    if (has_tail && inputs.tail_to > inputs.tail_from &&
        log.bytes_from(inputs.tail_from) > options.tail_bytes_max) {
        return fail(ErrorCode::kUnavailable,
                    "too many rows wait to be flushed into the table; try again later");
    }
    return Admission{std::move(pin), std::move(inputs)};
}

}  // namespace icelight::query
