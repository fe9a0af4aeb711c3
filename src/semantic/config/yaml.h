#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

/// YAML as a tree of plain values that know their line; the only place that knows the library.
namespace icelight::semantic {

/// With all anchors written out; what has more is refused.
inline constexpr std::size_t kYamlNodesMax = 100'000;

struct YamlNode {
    enum class Kind : std::uint8_t { kNull, kText, kList, kMap };

    Kind kind = Kind::kNull;
    int line = 1;
    std::string text;               ///< kText, as written: numbers and truth values too.
    std::vector<YamlNode> items;    ///< kList; kMap: the values.
    std::vector<std::string> keys;  ///< kMap: of `items`, in order; each once.
};

/// @param file  its name, for messages.
/// @error kInvalidArgument  "file:line: ...": no YAML, a key that is there twice or is no text.
Result<YamlNode> parse_yaml(std::string_view text, std::string_view file);

/// Reads one map and knows which keys were asked for.
///
/// Every error is kInvalidArgument and begins "file:line: ". Lifetime: the node and the name
/// outlive it.
class YamlMap {
public:
    /// @error  not a map.
    static Result<YamlMap> open(const YamlNode& node, std::string_view file);

    std::string_view file() const { return file_; }

    /// Null when absent or null.
    const YamlNode* find(std::string_view key);
    Result<std::optional<std::string>> find_text(std::string_view key);
    Result<std::string> text(std::string_view key);  ///< @error  also: absent or empty.
    Result<bool> flag(std::string_view key, bool by_default);
    Result<double> number(std::string_view key, double low, double high, double by_default);
    /// Empty when absent. @error  no list.
    Result<std::vector<const YamlNode*>> list(std::string_view key);

    /// @error  a key that nobody asked for, with the nearest of those that were.
    Result<> refuse_unknown() const;

    tl::unexpected<Error> fail_here(const std::string& message) const;
    tl::unexpected<Error> fail_at(std::string_view key, const std::string& message) const;

private:
    YamlMap(const YamlNode& node, std::string_view file) : node_(&node), file_(file) {}

    const YamlNode* node_;
    std::string_view file_;
    std::vector<std::string_view> asked_;
};

/// "file:line: message"
tl::unexpected<Error> fail_in_file(std::string_view file, int line, std::string_view message);

}  // namespace icelight::semantic
