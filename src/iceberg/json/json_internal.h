#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.h"

/// Reading JSON trees with one error at the end: the first thing wrong is remembered with the path
/// to it, and reads after it return empty values.
namespace icelight::iceberg {

namespace json = boost::json;

/// Nesting of objects and arrays in stored documents.
inline constexpr std::size_t kStoredDepthMax = 128;
/// The same in requests: what is taken from one must fit into a document at any place.
inline constexpr std::size_t kRequestDepthMax = 96;

/// @param code  of the error for text that is not JSON; kInvalidArgument marks a request.
Result<json::value> parse_json(std::string_view text, ErrorCode code);

/// Text that was kept from a parsed document.
json::value kept_json(std::string_view text);

/// The first error of a document and where reading is.
class JsonErrors {
public:
    explicit JsonErrors(ErrorCode code) : code_(code) {}

    bool ok() const { return !error_.has_value(); }

    /// "snapshots[3].snapshot-id is missing"
    void fail(std::string_view key, std::string_view problem);
    void fail_as(ErrorCode code, std::string message);

    Result<> status() const;

    void enter(std::string_view key, std::optional<std::size_t> index = {}) {
        path_.emplace_back(key, index);
    }

    void leave() { path_.pop_back(); }

private:
    ErrorCode code_;
    std::vector<std::pair<std::string_view, std::optional<std::size_t>>> path_;
    std::optional<Error> error_;
};

/// One object of the tree. Lifetime: the tree and the errors outlive it.
///
/// x(key) demands the member; find_x(key) takes an absent or null one as none.
class JsonObject {
public:
    JsonObject(const json::object& object, JsonErrors& errors)
        : object_(&object), errors_(&errors) {}

    JsonErrors& errors() const { return *errors_; }

    const json::object& raw() const { return *object_; }

    /// nullptr when absent or null.
    const json::value* find(std::string_view key) const;

    std::int64_t int64(std::string_view key) const;
    std::int32_t int32(std::string_view key) const;
    std::string text(std::string_view key) const;
    bool boolean(std::string_view key) const;

    std::optional<std::int64_t> find_int64(std::string_view key) const;
    std::optional<std::int32_t> find_int32(std::string_view key) const;
    std::optional<std::string> find_text(std::string_view key) const;
    std::optional<bool> find_boolean(std::string_view key) const;

    /// Absent: empty.
    std::vector<std::int32_t> int32s(std::string_view key) const;
    std::vector<std::int64_t> int64s(std::string_view key) const;
    std::vector<std::string> texts(std::string_view key) const;
    std::map<std::string, std::string> text_map(std::string_view key) const;

    /// Calls fn(JsonObject) for the member.
    template <class Fn>
    void inside(std::string_view key, Fn fn) const {
        if (const auto* object = object_at(key, find(key))) {
            errors_->enter(key);
            fn(JsonObject(*object, *errors_));
            errors_->leave();
        }
    }

    /// The same; an absent member is passed over.
    template <class Fn>
    void find_inside(std::string_view key, Fn fn) const {
        if (find(key) != nullptr) inside(key, fn);
    }

    /// Calls fn(JsonObject) for each element of an array of objects.
    template <class Fn>
    void each(std::string_view key, Fn fn) const {
        const auto* elements = array_at(key);
        if (elements == nullptr) return;
        std::size_t index = 0;
        for (const auto& element : *elements) {
            errors_->enter(key, index++);
            if (const auto* object = object_at("", &element)) {
                fn(JsonObject(*object, *errors_));
            }
            errors_->leave();
            if (!errors_->ok()) return;
        }
    }

    template <class Fn>
    void find_each(std::string_view key, Fn fn) const {
        if (find(key) != nullptr) each(key, fn);
    }

    /// Calls fn(name, JsonObject) for each member of the object `key`, if there is one.
    template <class Fn>
    void find_each_member(std::string_view key, Fn fn) const {
        find_inside(key, [&](const JsonObject& object) {
            for (const auto& [name, value] : object.raw()) {
                object.inside(name,
                              [&](const JsonObject& member) { fn(std::string(name), member); });
            }
        });
    }

private:
    const json::object* object_at(std::string_view key, const json::value* value) const;
    const json::array* array_at(std::string_view key) const;

    const json::object* object_;
    JsonErrors* errors_;
};

/// Parses `text` as one object and gives it to fn(JsonObject), which returns the value.
template <class Fn>
auto parse_json_object(std::string_view text, ErrorCode code, Fn fn)
    -> Result<decltype(fn(std::declval<const JsonObject&>()))> {
    ICE_ASSIGN(auto tree, parse_json(text, code));
    const auto* object = tree.if_object();
    if (object == nullptr) return icelight::fail(code, "not a JSON object");
    JsonErrors errors(code);
    auto value = fn(JsonObject(*object, errors));
    ICE_TRY(errors.status());
    return value;
}

}  // namespace icelight::iceberg
