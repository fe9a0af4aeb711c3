#include "semantic/reply/result_rows.h"

#include <fmt/format.h>
#include <simdjson.h>

namespace icelight::semantic {
namespace {

tl::unexpected<Error> malformed(std::string_view what) {
    return fail(ErrorCode::kCorruption, fmt::format("the rows of a query: {}", what));
}

/// The whole text of a value; raw_json_token() gives a list's or an object's first letter only.
simdjson::simdjson_result<std::string_view> raw_text(simdjson::ondemand::value value) {
    namespace od = simdjson::ondemand;
    od::json_type type{};
    if (const auto error = value.type().get(type); error != simdjson::SUCCESS) return error;
    const bool is_nested = type == od::json_type::object || type == od::json_type::array;
    if (is_nested) return simdjson::to_json_string(value);
    return value.raw_json_token();
}

}  // namespace

Result<ResultRows> ResultRows::parse(std::string text, std::size_t columns) {
    namespace od = simdjson::ondemand;
    ResultRows rows;
    rows.columns_ = columns;
    const std::size_t bytes = text.size();
    text.resize(bytes + simdjson::SIMDJSON_PADDING);
    rows.text_ = std::move(text);
    od::parser parser;
    od::document document;
    od::array data;
    if (parser.iterate(rows.text_.data(), bytes, rows.text_.size()).get(document) !=
            simdjson::SUCCESS ||
        document["data"].get_array().get(data) != simdjson::SUCCESS)
        return malformed("no data");
    for (auto item : data) {
        od::object row;
        if (item.get_object().get(row) != simdjson::SUCCESS) return malformed("a row is no object");
        std::size_t count = 0;
        for (auto member : row) {
            od::value value;
            if (member.value().get(value) != simdjson::SUCCESS) return malformed("a bad value");
            std::string_view token;
            if (raw_text(value).get(token) != simdjson::SUCCESS) return malformed("a bad value");
            token = token.substr(0, token.find_last_not_of(" \n\t") + 1);
            rows.cells_.push_back(
                {static_cast<std::size_t>(token.data() - rows.text_.data()), token.size()});
            ++count;
        }
        if (count != columns) return malformed("a row of another width");
    }
    return rows;
}

}  // namespace icelight::semantic
