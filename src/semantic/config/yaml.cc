#include "semantic/config/yaml.h"

#include <algorithm>
#include <charconv>
#include <yaml-cpp/yaml.h>

#include <fmt/format.h>

#include "semantic/problem.h"

namespace icelight::semantic {
namespace {

constexpr int kDepthMax = 32;

class Converter {
public:
    explicit Converter(std::string_view file) : file_(file) {}

    Result<YamlNode> convert(const YAML::Node& node, int depth) {
        YamlNode out;
        out.line = node.Mark().line + 1;
        if (depth > kDepthMax || ++count_ > kYamlNodesMax)
            return fail_in_file(file_, out.line, "this is too deep or too large");
        switch (node.Type()) {
            case YAML::NodeType::Scalar:
                out.kind = YamlNode::Kind::kText;
                out.text = node.Scalar();
                break;
            case YAML::NodeType::Sequence:
                out.kind = YamlNode::Kind::kList;
                for (const auto& item : node) {
                    ICE_ASSIGN(auto child, convert(item, depth + 1));
                    out.items.push_back(std::move(child));
                }
                break;
            case YAML::NodeType::Map:
                out.kind = YamlNode::Kind::kMap;
                for (const auto& entry : node) {
                    ICE_TRY(add_entry(entry.first, entry.second, depth, out));
                }
                break;
            default:
                break;
        }
        return out;
    }

private:
    Result<> add_entry(const YAML::Node& key, const YAML::Node& value, int depth, YamlNode& out) {
        const int line = key.Mark().line + 1;
        if (!key.IsScalar()) return fail_in_file(file_, line, "a key must be text");
        if (std::find(out.keys.begin(), out.keys.end(), key.Scalar()) != out.keys.end()) {
            return fail_in_file(file_, line, fmt::format("`{}` is there twice", key.Scalar()));
        }
        ICE_ASSIGN(auto child, convert(value, depth + 1));
        child.line = line;  // that of a value on the next line says less
        out.keys.push_back(key.Scalar());
        out.items.push_back(std::move(child));
        return {};
    }

    std::string_view file_;
    std::size_t count_ = 0;
};

}  // namespace

tl::unexpected<Error> fail_in_file(std::string_view file, int line, std::string_view message) {
    return fail(ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}", file, line, message));
}

Result<YamlNode> parse_yaml(std::string_view text, std::string_view file) {
    try {
        return Converter(file).convert(YAML::Load(std::string(text)), 0);
    } catch (const YAML::Exception& error) {
        return fail_in_file(file, error.mark.line + 1, error.msg);
    }
}

Result<YamlMap> YamlMap::open(const YamlNode& node, std::string_view file) {
    if (node.kind != YamlNode::Kind::kMap)
        return fail_in_file(file, node.line, "here must be `key: value` lines");
    return YamlMap(node, file);
}

const YamlNode* YamlMap::find(std::string_view key) {
    asked_.push_back(key);
    const auto found = std::find(node_->keys.begin(), node_->keys.end(), key);
    if (found == node_->keys.end()) return nullptr;
    const auto& value = node_->items[static_cast<std::size_t>(found - node_->keys.begin())];
    return value.kind == YamlNode::Kind::kNull ? nullptr : &value;
}

Result<std::optional<std::string>> YamlMap::find_text(std::string_view key) {
    const auto* value = find(key);
    if (value == nullptr) return std::optional<std::string>();
    if (value->kind != YamlNode::Kind::kText)
        return fail_at(key, fmt::format("`{}` must be text", key));
    return std::optional<std::string>(value->text);
}

Result<std::string> YamlMap::text(std::string_view key) {
    ICE_ASSIGN(auto value, find_text(key));
    if (!value || value->empty()) return fail_here(fmt::format("`{}` is missing", key));
    return std::move(*value);
}

Result<bool> YamlMap::flag(std::string_view key, bool by_default) {
    ICE_ASSIGN(const auto value, find_text(key));
    if (!value) return by_default;
    if (*value == "true") return true;
    if (*value == "false") return false;
    return fail_at(key, fmt::format("`{}` must be true or false", key));
}

Result<double> YamlMap::number(std::string_view key, double low, double high, double by_default) {
    ICE_ASSIGN(const auto value, find_text(key));
    if (!value) return by_default;
    double number = 0;
    const auto* const end = value->data() + value->size();
    const auto [at, error] = std::from_chars(value->data(), end, number);
    if (error != std::errc() || at != end || !(number >= low && number <= high))
        return fail_at(key, fmt::format("`{}` must be a number from {} to {}", key, low, high));
    return number;
}

Result<std::vector<const YamlNode*>> YamlMap::list(std::string_view key) {
    std::vector<const YamlNode*> out;
    const auto* value = find(key);
    if (value == nullptr) return out;
    if (value->kind != YamlNode::Kind::kList)
        return fail_at(key, fmt::format("`{}` must be a list", key));
    out.reserve(value->items.size());
    for (const auto& item : value->items)
        out.push_back(&item);
    return out;
}

Result<> YamlMap::refuse_unknown() const {
    for (std::size_t i = 0; i < node_->keys.size(); ++i) {
        const auto& key = node_->keys[i];
        if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
        const auto nearest = find_nearest(key, asked_);
        return fail_in_file(
            file_,
            node_->items[i].line,
            fmt::format(
                "`{}` is not known here{}",
                key,
                nearest.empty() ? std::string() : fmt::format("; did you mean `{}`?", nearest)));
    }
    return {};
}

tl::unexpected<Error> YamlMap::fail_here(const std::string& message) const {
    return fail_in_file(file_, node_->line, message);
}

tl::unexpected<Error> YamlMap::fail_at(std::string_view key, const std::string& message) const {
    const auto found = std::find(node_->keys.begin(), node_->keys.end(), key);
    if (found == node_->keys.end()) return fail_here(message);
    return fail_in_file(
        file_, node_->items[static_cast<std::size_t>(found - node_->keys.begin())].line, message);
}

}  // namespace icelight::semantic
