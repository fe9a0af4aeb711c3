#include "server/api/cube/repeated_key.h"

#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>

#include "semantic/place.h"

namespace icelight::server {
namespace {

namespace json = boost::json;

/// An object or array that is not closed yet.
struct Open {
    bool is_object = false;
    std::set<std::string, std::less<>> keys;  ///< Of an object.
    std::string key;                          ///< Of an object: the last one.
    std::size_t items = 0;                    ///< Of an array: values begun.
};

/// What boost::json::basic_parser calls for each part of the text; false with an error ends it.
class KeyHandler {
public:
    // The parser's names: NOLINTBEGIN(readability-identifier-naming)
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    // NOLINTEND(readability-identifier-naming)

    bool on_document_begin(json::error_code&) { return true; }

    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code&) { return begin(true); }

    bool on_object_end(std::size_t, json::error_code&) { return end(); }

    bool on_array_begin(json::error_code&) { return begin(false); }

    bool on_array_end(std::size_t, json::error_code&) { return end(); }

    bool on_key_part(json::string_view part, std::size_t, json::error_code&) {
        key_part_.append(part.data(), part.size());
        return true;
    }

    bool on_key(json::string_view part, std::size_t, json::error_code& error) {
        key_part_.append(part.data(), part.size());
        Open& object = open_.back();
        object.key = std::exchange(key_part_, {});
        if (object.keys.insert(object.key).second) return true;
        found_ = RepeatedKey{object.key, pointer()};
        error = json::error::exception;  // Ends the parse; what it says is not read.
        return false;
    }

    bool on_string_part(json::string_view, std::size_t, json::error_code&) { return true; }

    bool on_string(json::string_view, std::size_t, json::error_code&) { return value(); }

    bool on_number_part(json::string_view, json::error_code&) { return true; }

    bool on_int64(std::int64_t, json::string_view, json::error_code&) { return value(); }

    bool on_uint64(std::uint64_t, json::string_view, json::error_code&) { return value(); }

    bool on_double(double, json::string_view, json::error_code&) { return value(); }

    bool on_bool(bool, json::error_code&) { return value(); }

    bool on_null(json::error_code&) { return value(); }

    bool on_comment_part(json::string_view, json::error_code&) { return true; }

    bool on_comment(json::string_view, json::error_code&) { return true; }

    const std::optional<RepeatedKey>& found() const { return found_; }

private:
    bool begin(bool is_object) {
        value();
        open_.emplace_back().is_object = is_object;
        return true;
    }

    bool end() {
        open_.pop_back();
        return true;
    }

    bool value() {
        if (!open_.empty() && !open_.back().is_object) ++open_.back().items;
        return true;
    }

    std::string pointer() const {
        std::string out;
        for (const Open& part : open_) {
            semantic::append_to_pointer(out,
                                        part.is_object ? part.key : std::to_string(part.items - 1));
        }
        return out;
    }

    std::vector<Open> open_;
    std::string key_part_;
    std::optional<RepeatedKey> found_;
};

}  // namespace

std::optional<RepeatedKey> find_repeated_key(std::string_view text, std::size_t depth_max) {
    json::parse_options options;
    options.max_depth = depth_max;
    json::basic_parser<KeyHandler> parser(options);
    json::error_code error;
    parser.write_some(false, text.data(), text.size(), error);
    return parser.handler().found();
}

}  // namespace icelight::server
