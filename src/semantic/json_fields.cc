#include "semantic/json_fields.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "semantic/sql_writer.h"

namespace icelight::semantic {
namespace {

struct Row {
    std::string_view column;
    std::string_view name;
    std::string_view path;
    ValueType type = ValueType::kString;
};

constexpr auto kNumber = ValueType::kNumber;

constexpr auto kDefaults = std::to_array<Row>({
    {"properties", "orderId", "$.orderId"},
    {"properties", "revenue", "$.revenue", kNumber},
    {"properties", "currency", "$.currency"},
    {"properties", "product", "$.product"},
    {"properties", "quantity", "$.quantity", kNumber},
    {"properties", "url", "$.url"},
    {"properties", "title", "$.title"},
    {"properties", "referrer", "$.referrer"},
    {"properties", "batchId", "$.batchId"},
    {"properties", "sequence", "$.sequence", kNumber},
    {"properties", "screenName", "$.screen_name"},
    {"properties", "appVersion", "$.app_version"},
    {"properties", "platform", "$.platform"},
    {"properties", "deviceType", "$.device_type"},
    {"traits", "email", "$.email"},
    {"traits", "traitName", "$.name"},
    {"traits", "plan", "$.plan"},
    {"traits", "createdAt", "$.createdAt"},
    {"traits", "industry", "$.industry"},
    {"traits", "employees", "$.employees", kNumber},
    {"context", "ipAddress", "$.ip"},
    {"context", "userAgent", "$.userAgent"},
    {"context", "locale", "$.locale"},
    {"context", "timezone", "$.timezone"},
    {"context", "ctxDeviceType", "$.device.type"},
    {"context", "ctxDeviceId", "$.device.id"},
    {"context", "deviceManufacturer", "$.device.manufacturer"},
    {"context", "deviceModel", "$.device.model"},
    {"context", "osName", "$.os.name"},
    {"context", "osVersion", "$.os.version"},
    {"context", "pageUrl", "$.page.url"},
    {"context", "pagePath", "$.page.path"},
    {"context", "pageTitle", "$.page.title"},
    {"context", "pageReferrer", "$.page.referrer"},
    {"context", "campaignSource", "$.campaign.source"},
    {"context", "campaignMedium", "$.campaign.medium"},
    {"context", "campaignName", "$.campaign.name"},
    {"context", "campaignTerm", "$.campaign.term"},
    {"context", "campaignContent", "$.campaign.content"},
    {"context", "libraryName", "$.library.name"},
    {"context", "libraryVersion", "$.library.version"},
    {"context", "screenWidth", "$.screen.width", kNumber},
    {"context", "screenHeight", "$.screen.height", kNumber},
    {"context", "screenDensity", "$.screen.density", kNumber},
});

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

}  // namespace

std::vector<JsonField> default_json_fields() {
    std::vector<JsonField> fields;
    fields.reserve(kDefaults.size());
    for (const auto& row : kDefaults) {
        fields.push_back({.column = std::string(row.column),
                          .name = std::string(row.name),
                          .title = {},
                          .path = std::string(row.path),
                          .type = row.type});
    }
    return fields;
}

std::vector<JsonField> merge_json_fields(std::vector<JsonField> base,
                                         const std::vector<JsonField>& fields) {
    for (const auto& field : fields) {
        const auto same = std::find_if(base.begin(), base.end(), [&](const JsonField& other) {
            return other.name == field.name;
        });
        if (same == base.end()) {
            base.push_back(field);
        } else {
            *same = field;
        }
    }
    return base;
}

bool is_json_path(std::string_view path) {
    if (path.empty() || path.front() != '$') return false;
    std::size_t at = 1;
    while (at < path.size()) {
        const bool is_index = path[at] == '[';
        if (!is_index && path[at] != '.') return false;
        const std::size_t from = ++at;
        while (at < path.size() && is_word(path[at]))
            ++at;
        if (at == from) return false;
        if (!is_index) continue;
        const auto digits = path.substr(from, at - from);
        if (!std::all_of(digits.begin(), digits.end(), [](unsigned char c) {
                return std::isdigit(c) != 0;
            })) {
            return false;
        }
        if (at == path.size() || path[at++] != ']') return false;
    }
    return path.size() > 1;
}

std::string json_field_sql(std::string_view alias, const JsonField& field) {
    auto text = fmt::format("json_extract_string({}.{}, {})",
                            quote_name(alias),
                            quote_name(field.column),
                            quote_text(field.path));
    if (field.type == ValueType::kNumber) return fmt::format("TRY_CAST({} AS DOUBLE)", text);
    if (field.type == ValueType::kBoolean) return fmt::format("TRY_CAST({} AS BOOLEAN)", text);
    return text;
}

std::string make_title(std::string_view name) {
    std::string title;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        if (c == '_') {
            title += ' ';
        } else if (title.empty() || title.back() == ' ') {
            title += static_cast<char>(std::toupper(c));
        } else {
            if (std::isupper(c) != 0) title += ' ';
            title += static_cast<char>(c);
        }
    }
    return title;
}

}  // namespace icelight::semantic
