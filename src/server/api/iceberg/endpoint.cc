#include "server/api/iceberg/endpoint.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/ids.h"

namespace icelight::server {
namespace {

constexpr char kUnitSeparator = '\x1f';

}  // namespace

std::vector<std::string> parse_levels(const std::string& joined) {
    std::vector<std::string> levels(1);
    for (const char c : joined) {
        if (c == kUnitSeparator) {
            levels.emplace_back();
        } else {
            levels.back().push_back(c);
        }
    }
    return levels;
}

std::vector<std::string> Call::space() const {
    return parse_levels(request.parameter(0));
}

catalog::TableIdent Call::table() const {
    return {space(), request.parameter(1)};
}

Result<std::optional<catalog::RequestKey>> Call::key() const {
    const auto header = request.find_header("idempotency-key");
    if (!header) return std::nullopt;
    if (!find_uuid(*header)) {
        return fail(ErrorCode::kInvalidArgument, "Idempotency-Key is not a UUID");
    }
    const std::string what =
        fmt::format("{} {}\n{}", http::method_name(request.method), request.target(), request.body);
    return catalog::RequestKey{std::string(*header), sha256_hex(what)};
}

Result<catalog::ClientReply> Call::change(catalog::ClientChange change) const {
    ICE_ASSIGN(auto own_key, key());
    return catalog.change({std::move(change), std::move(own_key)});
}

http::Response make_no_content() {
    return {.status = http::status::kNoContent};
}

std::string levels_json(const std::vector<std::string>& levels) {
    std::string text = "[";
    for (const auto& level : levels) {
        if (text.size() > 1) text += ',';
        text += http::quote_json(level);
    }
    return text + "]";
}

std::string ident_json(const catalog::TableIdent& ident) {
    return fmt::format(
        R"({{"namespace":{},"name":{}}})", levels_json(ident.space), http::quote_json(ident.name));
}

std::string properties_json(const std::map<std::string, std::string>& properties) {
    std::string text = "{";
    for (const auto& [key, value] : properties) {
        if (text.size() > 1) text += ',';
        text += http::quote_json(key) + ":" + http::quote_json(value);
    }
    return text + "}";
}

std::string Page::token_json() const {
    return next_token.empty() ? "" : ",\"next-page-token\":" + http::quote_json(next_token);
}

Result<Page> find_page(const Call& call, const std::vector<std::string>& names) {
    Page page{0, names.size(), {}};
    const std::string token = call.parameter("pageToken");
    if (!token.empty()) {
        const auto begin = std::upper_bound(names.begin(), names.end(), token);
        page.begin = static_cast<std::size_t>(begin - names.begin());
    }
    const std::string size_text = call.parameter("pageSize");
    if (size_text.empty()) return page;
    std::size_t size = 0;
    const char* end = size_text.data() + size_text.size();
    const auto [stopped, error] = std::from_chars(size_text.data(), end, size);
    if (error != std::errc{} || stopped != end || size == 0) {
        return fail(ErrorCode::kInvalidArgument, "pageSize is not a positive number");
    }
    if (names.size() - page.begin <= size) return page;
    page.end = page.begin + size;
    page.next_token = names[page.end - 1];
    return page;
}

Result<http::Response> list_idents(const Call& call,
                                   const std::vector<catalog::TableIdent>& idents) {
    std::vector<std::string> names;
    names.reserve(idents.size());
    for (const auto& ident : idents)
        names.push_back(ident.name);
    ICE_ASSIGN(const Page page, find_page(call, names));
    std::string text;
    for (std::size_t i = page.begin; i < page.end; ++i) {
        if (!text.empty()) text += ',';
        text += ident_json(idents[i]);
    }
    return http::make_json(http::status::kOk,
                           fmt::format(R"({{"identifiers":[{}]{}}})", text, page.token_json()));
}

}  // namespace icelight::server
