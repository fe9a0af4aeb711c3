#include <array>
#include <map>
#include <optional>
#include <utility>

#include "iceberg/avro/avro_schema_internal.h"
#include "iceberg/json/json_internal.h"

namespace icelight::iceberg {

namespace {

constexpr std::array<std::pair<std::string_view, AvroKind>, 8> kPrimitives = {{
    {"null", AvroKind::kNull},
    {"boolean", AvroKind::kBoolean},
    {"int", AvroKind::kInt},
    {"long", AvroKind::kLong},
    {"float", AvroKind::kFloat},
    {"double", AvroKind::kDouble},
    {"bytes", AvroKind::kBytes},
    {"string", AvroKind::kString},
}};

constexpr std::int64_t kFixedBytesMax = 1 << 20;

tl::unexpected<Error> malformed(std::string what) {
    return fail(ErrorCode::kCorruption, "Avro schema: " + std::move(what));
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(json::string_view(key.data(), key.size()));
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(text->data(), text->size());
}

std::optional<std::int64_t> find_integer(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(json::string_view(key.data(), key.size()));
    const auto* number = value == nullptr ? nullptr : value->if_int64();
    return number == nullptr ? std::nullopt : std::optional(*number);
}

class SchemaParser {
public:
    Result<AvroNodePtr> parse(const json::value& value, std::size_t depth) {
        if (depth > kAvroDepthMax) return malformed("nested too deeply");
        if (++nodes_ > kAvroNodesMax) return malformed("too large");
        if (const auto* name = value.if_string()) {
            return parse_name(std::string_view(name->data(), name->size()));
        }
        if (const auto* branches = value.if_array()) return parse_union(*branches, depth);
        if (const auto* object = value.if_object()) return parse_object(*object, depth);
        return malformed("a type is neither name, list nor object");
    }

private:
    Result<AvroNodePtr> parse_name(std::string_view name) {
        for (const auto& [primitive, kind] : kPrimitives) {
            if (primitive == name) return make_node(kind);
        }
        const auto found = named_.find(name);
        // A record is entered when it is whole, so a name inside itself is unknown here.
        if (found == named_.end()) {
            return malformed("unknown or recursive type '" + std::string(name) + "'");
        }
        // Counted whole again: what it costs to walk is what bounds hostile files.
        nodes_ += found->second.nodes;
        if (nodes_ > kAvroNodesMax) return malformed("too large");
        return found->second.node;
    }

    Result<AvroNodePtr> parse_union(const json::array& branches, std::size_t depth) {
        auto node = std::make_shared<AvroNode>();
        node->kind = AvroKind::kUnion;
        for (const auto& branch : branches) {
            if (branch.is_array()) return malformed("a union inside a union");
            ICE_ASSIGN(auto type, parse(branch, depth + 1));
            if (type->kind == AvroKind::kUnion) return malformed("a union inside a union");
            node->branches.push_back(std::move(type));
        }
        if (node->branches.empty()) return malformed("an empty union");
        return AvroNodePtr(std::move(node));
    }

    Result<AvroNodePtr> parse_object(const json::object& object, std::size_t depth) {
        const auto* type = object.if_contains("type");
        if (type == nullptr) return malformed("an object without type");
        const auto kind = text_of(object, "type");
        if (kind.empty()) return parse(*type, depth + 1);
        if (kind == "array") return parse_item(AvroKind::kArray, object, "items", depth);
        if (kind == "map") return parse_item(AvroKind::kMap, object, "values", depth);
        if (kind != "record" && kind != "fixed" && kind != "enum") return parse_name(kind);
        const auto nodes_before = nodes_;
        Result<AvroNodePtr> node = make_node(AvroKind::kEnum);
        if (kind == "record") node = parse_record(object, depth);
        if (kind == "fixed") node = parse_fixed(object);
        if (node) remember(object, *node, nodes_ - nodes_before + 1);
        return node;
    }

    Result<AvroNodePtr> parse_item(AvroKind kind,
                                   const json::object& object,
                                   std::string_view key,
                                   std::size_t depth) {
        const auto* item = object.if_contains(json::string_view(key.data(), key.size()));
        if (item == nullptr) return malformed("an array or map without its item type");
        auto node = std::make_shared<AvroNode>();
        node->kind = kind;
        ICE_ASSIGN(node->item, parse(*item, depth + 1));
        return AvroNodePtr(std::move(node));
    }

    static Result<AvroNodePtr> parse_fixed(const json::object& object) {
        const auto size = find_integer(object, "size");
        if (!size || *size < 0 || *size > kFixedBytesMax) return malformed("a fixed without size");
        auto node = std::make_shared<AvroNode>();
        node->kind = AvroKind::kFixed;
        node->fixed_bytes = static_cast<std::size_t>(*size);
        return AvroNodePtr(std::move(node));
    }

    Result<AvroNodePtr> parse_record(const json::object& object, std::size_t depth) {
        auto node = std::make_shared<AvroNode>();
        node->kind = AvroKind::kRecord;
        const auto* members = object.if_contains("fields");
        const auto* fields = members == nullptr ? nullptr : members->if_array();
        if (fields == nullptr) return malformed("a record without fields");
        for (const auto& element : *fields) {
            const auto* member = element.if_object();
            const auto* type = member == nullptr ? nullptr : member->if_contains("type");
            if (type == nullptr) return malformed("a field without type");
            AvroField field;
            field.name = text_of(*member, "name");
            const auto id = find_integer(*member, "field-id").value_or(kNoFieldId);
            if (id >= 0 && id <= INT32_MAX) field.id = static_cast<std::int32_t>(id);
            ICE_ASSIGN(field.type, parse(*type, depth + 1));
            node->fields.push_back(std::move(field));
        }
        return AvroNodePtr(std::move(node));
    }

    static AvroNodePtr make_node(AvroKind kind) {
        auto node = std::make_shared<AvroNode>();
        node->kind = kind;
        return node;
    }

    void remember(const json::object& object, const AvroNodePtr& node, std::size_t nodes) {
        const auto name = text_of(object, "name");
        const auto space = text_of(object, "namespace");
        named_.insert_or_assign(name, Named{node, nodes});
        if (!space.empty()) named_.insert_or_assign(space + "." + name, Named{node, nodes});
    }

    struct Named {
        AvroNodePtr node;
        std::size_t nodes = 0;
    };

    std::map<std::string, Named, std::less<>> named_;
    std::size_t nodes_ = 0;
};

}  // namespace

Result<AvroNodePtr> parse_avro_schema(std::string_view json) {
    ICE_ASSIGN(auto tree, parse_json(json, ErrorCode::kCorruption));
    return SchemaParser().parse(tree, 0);
}

}  // namespace icelight::iceberg
