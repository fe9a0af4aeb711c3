#include <limits>

#include <boost/json/parse.hpp>

#include "base/check.h"
#include "iceberg/json/json_internal.h"

namespace icelight::iceberg {

Result<json::value> parse_json(std::string_view text, ErrorCode code) {
    json::error_code error;
    json::parse_options options;
    options.max_depth = code == ErrorCode::kInvalidArgument ? kRequestDepthMax : kStoredDepthMax;
    auto tree = json::parse(json::string_view(text.data(), text.size()), error, {}, options);
    if (error) return fail(code, "not JSON: " + error.message());
    return tree;
}

json::value kept_json(std::string_view text) {
    auto tree = parse_json(text, ErrorCode::kCorruption);
    ICE_CHECK(tree, "kept text is JSON");
    return std::move(*tree);
}

void JsonErrors::fail(std::string_view key, std::string_view problem) {
    if (!ok()) return;
    std::string path;
    for (const auto& [name, index] : path_) {
        if (!path.empty()) path += '.';
        path += name;
        if (index) path += "[" + std::to_string(*index) + "]";
    }
    if (!path.empty() && !key.empty()) path += '.';
    path += key;
    path += ' ';
    path += problem;
    error_ = Error{code_, std::move(path)};
}

void JsonErrors::fail_as(ErrorCode code, std::string message) {
    if (ok()) error_ = Error{code, std::move(message)};
}

Result<> JsonErrors::status() const {
    if (error_) return tl::unexpected<Error>(*error_);
    return {};
}

namespace {

template <class T>
std::optional<T> find_integer(const JsonObject& object, std::string_view key) {
    const auto* value = object.find(key);
    if (value == nullptr) return std::nullopt;
    const auto* number = value->if_int64();
    if (number == nullptr) {
        object.errors().fail(key, "is not an integer of 64 bits");
        return std::nullopt;
    }
    if (*number < std::numeric_limits<T>::min() || *number > std::numeric_limits<T>::max()) {
        object.errors().fail(key, "is out of range");
        return std::nullopt;
    }
    return static_cast<T>(*number);
}

template <class T>
T require(const JsonObject& object, std::string_view key, std::optional<T> value) {
    if (value) return std::move(*value);
    object.errors().fail(key, "is missing");
    return T{};
}

template <class T>
std::vector<T> integers(const JsonObject& object, std::string_view key) {
    std::vector<T> out;
    const auto* value = object.find(key);
    if (value == nullptr) return out;
    const auto* elements = value->if_array();
    if (elements == nullptr) {
        object.errors().fail(key, "is not an array");
        return out;
    }
    for (const auto& element : *elements) {
        const auto* number = element.if_int64();
        if (number == nullptr || *number < std::numeric_limits<T>::min() ||
            *number > std::numeric_limits<T>::max()) {
            object.errors().fail(key, "holds something other than integers");
            return {};
        }
        out.push_back(static_cast<T>(*number));
    }
    return out;
}

}  // namespace

const json::value* JsonObject::find(std::string_view key) const {
    const auto* value = object_->if_contains(json::string_view(key.data(), key.size()));
    return value == nullptr || value->is_null() ? nullptr : value;
}

std::int64_t JsonObject::int64(std::string_view key) const {
    return require(*this, key, find_int64(key));
}

std::int32_t JsonObject::int32(std::string_view key) const {
    return require(*this, key, find_int32(key));
}

std::string JsonObject::text(std::string_view key) const {
    return require(*this, key, find_text(key));
}

bool JsonObject::boolean(std::string_view key) const {
    return require(*this, key, find_boolean(key));
}

std::optional<std::int64_t> JsonObject::find_int64(std::string_view key) const {
    return find_integer<std::int64_t>(*this, key);
}

std::optional<std::int32_t> JsonObject::find_int32(std::string_view key) const {
    return find_integer<std::int32_t>(*this, key);
}

std::optional<std::string> JsonObject::find_text(std::string_view key) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto* text = value->if_string();
    if (text == nullptr) {
        errors_->fail(key, "is not a string");
        return std::nullopt;
    }
    return std::string(text->data(), text->size());
}

std::optional<bool> JsonObject::find_boolean(std::string_view key) const {
    const auto* value = find(key);
    if (value == nullptr) return std::nullopt;
    const auto* flag = value->if_bool();
    if (flag == nullptr) {
        errors_->fail(key, "is not a boolean");
        return std::nullopt;
    }
    return *flag;
}

std::vector<std::int32_t> JsonObject::int32s(std::string_view key) const {
    return integers<std::int32_t>(*this, key);
}

std::vector<std::int64_t> JsonObject::int64s(std::string_view key) const {
    return integers<std::int64_t>(*this, key);
}

std::vector<std::string> JsonObject::texts(std::string_view key) const {
    std::vector<std::string> out;
    if (find(key) == nullptr) return out;
    const auto* elements = array_at(key);
    if (elements == nullptr) return out;
    for (const auto& element : *elements) {
        const auto* text = element.if_string();
        if (text == nullptr) {
            errors_->fail(key, "holds something other than strings");
            return {};
        }
        out.emplace_back(text->data(), text->size());
    }
    return out;
}

std::map<std::string, std::string> JsonObject::text_map(std::string_view key) const {
    std::map<std::string, std::string> out;
    find_inside(key, [&](const JsonObject& members) {
        for (const auto& [name, value] : members.raw()) {
            out.insert_or_assign(std::string(name), members.text(name));
        }
    });
    return out;
}

const json::object* JsonObject::object_at(std::string_view key, const json::value* value) const {
    if (value == nullptr) {
        errors_->fail(key, "is missing");
        return nullptr;
    }
    const auto* object = value->if_object();
    if (object == nullptr) errors_->fail(key, "is not an object");
    return object;
}

const json::array* JsonObject::array_at(std::string_view key) const {
    const auto* value = find(key);
    if (value == nullptr) {
        errors_->fail(key, "is missing");
        return nullptr;
    }
    const auto* elements = value->if_array();
    if (elements == nullptr) errors_->fail(key, "is not an array");
    return elements;
}

}  // namespace icelight::iceberg
