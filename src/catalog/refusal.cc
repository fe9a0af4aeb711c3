#include "catalog/refusal.h"

#include <string_view>

#include <fmt/format.h>

namespace icelight::catalog {

namespace {

constexpr std::string_view kNoNamespace = "Namespace does not exist: ";
constexpr std::string_view kNoTable = "Table does not exist: ";
constexpr std::string_view kNoView = "View does not exist: ";
constexpr std::string_view kNotEmpty = " is not empty";

std::string text_of(const std::vector<std::string>& levels) {
    return fmt::format("{}", fmt::join(levels, "."));
}

tl::unexpected<Error> missing(std::string_view prefix, const std::string& name) {
    return fail(ErrorCode::kNotFound, std::string(prefix) + name);
}

}  // namespace

tl::unexpected<Error> no_such_namespace(const std::vector<std::string>& levels) {
    return missing(kNoNamespace, text_of(levels));
}

tl::unexpected<Error> no_such_table(const TableIdent& ident) {
    return missing(kNoTable, text_of(ident));
}

tl::unexpected<Error> namespace_exists(const std::vector<std::string>& levels) {
    return fail(ErrorCode::kAlreadyExists, "Namespace already exists: " + text_of(levels));
}

tl::unexpected<Error> namespace_not_empty(const std::vector<std::string>& levels) {
    return fail(ErrorCode::kConflict, "Namespace " + text_of(levels) + std::string(kNotEmpty));
}

tl::unexpected<Error> table_exists(const TableIdent& ident) {
    return fail(ErrorCode::kAlreadyExists, "Table already exists: " + text_of(ident));
}

tl::unexpected<Error> made_by_the_server(const TableIdent& ident) {
    return fail(
        ErrorCode::kInvalidArgument,
        text_of(ident) + " is fed from the log: the server itself makes it, at its next start");
}

tl::unexpected<Error> no_such_view(const TableIdent& ident) {
    return missing(kNoView, text_of(ident));
}

tl::unexpected<Error> view_exists(const TableIdent& ident) {
    return fail(ErrorCode::kAlreadyExists, "View already exists: " + text_of(ident));
}

tl::unexpected<Error> same_name(Noun there, const TableIdent& ident) {
    return fail(ErrorCode::kAlreadyExists,
                fmt::format("{} with same name already exists: {}",
                            there == Noun::kView ? "View" : "Table",
                            text_of(ident)));
}

tl::unexpected<Error> cannot_rename(const TableIdent& from, const TableIdent& to, Noun there) {
    return fail(ErrorCode::kAlreadyExists,
                fmt::format("Cannot rename {} to {}. {} already exists",
                            text_of(from),
                            text_of(to),
                            there == Noun::kView ? "View" : "Table"));
}

bool is_invalid_view(const Error& error) {
    return error.code == ErrorCode::kInvalidArgument && error.message.starts_with("Invalid view");
}

Noun noun_of(const Error& error) {
    const std::string_view message = error.message;
    if (error.code != ErrorCode::kNotFound) return Noun::kOther;
    if (message.starts_with(kNoNamespace)) return Noun::kNamespace;
    if (message.starts_with(kNoTable)) return Noun::kTable;
    if (message.starts_with(kNoView)) return Noun::kView;
    return Noun::kOther;
}

bool is_not_empty(const Error& error) {
    return error.code == ErrorCode::kConflict && error.message.ends_with(kNotEmpty);
}

}  // namespace icelight::catalog
