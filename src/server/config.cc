#include "server/config.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/check.h"
#include "server/options.h"

namespace icelight::server {
namespace {

const Option* find_option(std::string_view key) {
    const auto* found = std::find_if(
        kOptions.begin(), kOptions.end(), [key](const Option& o) { return o.key == key; });
    return found == kOptions.end() ? nullptr : &*found;
}

std::string flag_of(const Option& option) {
    std::string flag = "--" + std::string(option.key);
    std::replace(flag.begin(), flag.end(), '.', '-');
    return flag;
}

std::string variable_of(const Option& option) {
    std::string name = "ICELIGHT_" + std::string(option.key);
    for (char& c : name) {
        if (c == '.' || c == '-') c = '_';
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return name;
}

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t i = 0; i < row.size(); ++i)
        row[i] = i;
    for (std::size_t i = 0; i < left.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < right.size(); ++j) {
            const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

/// The known word most like `unknown`.
std::string nearest(std::string_view unknown, std::string (*spell)(const Option&)) {
    std::string best;
    std::size_t best_distance = SIZE_MAX;
    for (const auto& option : kOptions) {
        const std::string word = spell(option);
        const std::size_t distance = edit_distance(unknown, word);
        if (distance < best_distance) {
            best_distance = distance;
            best = word;
        }
    }
    return best;
}

std::string key_of(const Option& option) {
    return std::string(option.key);
}

std::optional<std::int64_t> find_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

struct Unit {
    std::string_view suffix;
    std::int64_t factor;
};

std::optional<std::int64_t> find_with_unit(std::string_view text,
                                           std::initializer_list<Unit> units) {
    for (const auto& unit : units) {
        if (!text.ends_with(unit.suffix)) continue;
        const auto number = find_number(text.substr(0, text.size() - unit.suffix.size()));
        constexpr std::int64_t kMax = std::int64_t{1} << 50;
        if (number && *number >= 0 && *number <= kMax / unit.factor) return *number * unit.factor;
    }
    return std::nullopt;
}

std::optional<std::int64_t> find_value(const Option& option, std::string_view text) {
    switch (option.type) {
        case OptionType::kText:
            return 0;
        case OptionType::kSwitch:
            if (text == "true" || text == "1" || text.empty()) return 1;
            if (text == "false" || text == "0") return 0;
            return std::nullopt;
        case OptionType::kNumber:
            return find_number(text);
        case OptionType::kBytes:
            return find_bytes(text);
        case OptionType::kDuration:
            return find_duration_ms(text);
    }
    return std::nullopt;
}

std::string quantity_text(const Option& option, std::int64_t value) {
    if (option.type == OptionType::kBytes) {
        for (const auto& [unit, name] :
             {std::pair{kGiB, "GiB"}, std::pair{kMiB, "MiB"}, std::pair{kKiB, "KiB"}}) {
            if (value >= unit && value % unit == 0) return fmt::format("{}{}", value / unit, name);
        }
    }
    if (option.type == OptionType::kDuration) {
        if (value >= kHour && value % kHour == 0) return fmt::format("{}h", value / kHour);
        if (value >= kSecond && value % kSecond == 0) return fmt::format("{}s", value / kSecond);
        return fmt::format("{}ms", value);
    }
    return fmt::format("{}", value);
}

std::string allowed_text(const Option& option) {
    switch (option.type) {
        case OptionType::kText:
            return "text";
        case OptionType::kSwitch:
            return "true or false";
        default:
            return quantity_text(option, option.min) + " to " + quantity_text(option, option.max);
    }
}

std::string toml_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
    return {};
}

}  // namespace

/// Applies the sources in their order of strength.
class ConfigParser {
public:
    explicit ConfigParser(Config& config) : config_(config) {}

    Result<> read_toml(const ConfigSources& sources) {
        if (sources.toml.empty()) return {};
        toml::table root;
        try {
            root = toml::parse(sources.toml);
        } catch (const toml::parse_error& error) {
            return fail(ErrorCode::kInvalidArgument,
                        fmt::format("{}:{}: {}",
                                    sources.toml_name,
                                    error.source().begin.line,
                                    error.description()));
        }
        for (const auto& [section, node] : root) {
            const auto* table = node.as_table();
            if (table == nullptr) return unknown_key(std::string(section.str()), sources.toml_name);
            for (const auto& [name, value] : *table) {
                const std::string key = std::string(section.str()) + "." + std::string(name.str());
                if (find_option(key) == nullptr) return unknown_key(key, sources.toml_name);
                ICE_TRY(config_.set(key, toml_text(value), sources.toml_name));
            }
        }
        return {};
    }

    Result<> read_environment(const std::vector<std::string>& environment) {
        // The original system's names first: our own are stronger.
        for (const bool is_alias : {true, false}) {
            for (const auto& entry : environment) {
                ICE_TRY(read_variable(entry, is_alias));
            }
        }
        return {};
    }

    Result<> read_variable(const std::string& entry, bool is_alias) {
        const auto equals = entry.find('=');
        if (equals == std::string::npos) return {};
        const std::string name = entry.substr(0, equals);
        const auto* option = find_variable(name, is_alias);
        if (option != nullptr) return config_.set(option->key, entry.substr(equals + 1), name);
        if (!is_alias && name.starts_with("ICELIGHT_") && name != "ICELIGHT_DEPS") {
            return fail(
                ErrorCode::kInvalidArgument,
                "unknown variable " + name + "; did you mean " + nearest(name, variable_of) + "?");
        }
        return {};
    }

    Result<> read_flags(const std::vector<std::string>& flags) {
        for (std::size_t i = 0; i < flags.size(); ++i) {
            const auto equals = flags[i].find('=');
            const std::string name = flags[i].substr(0, equals);
            const auto* option = find_flag(name);
            if (option == nullptr) {
                return fail(
                    ErrorCode::kInvalidArgument,
                    "unknown flag " + name + "; did you mean " + nearest(name, flag_of) + "?");
            }
            std::string value = "true";
            if (equals != std::string::npos) {
                value = flags[i].substr(equals + 1);
            } else if (option->type != OptionType::kSwitch) {
                if (i + 1 == flags.size())
                    return fail(ErrorCode::kInvalidArgument, name + " needs a value");
                value = flags[++i];
            }
            ICE_TRY(config_.set(option->key, value, name));
        }
        return {};
    }

private:
    static tl::unexpected<Error> unknown_key(const std::string& key, const std::string& source) {
        return fail(
            ErrorCode::kInvalidArgument,
            source + ": unknown key " + key + "; did you mean " + nearest(key, key_of) + "?");
    }

    static const Option* find_variable(std::string_view name, bool is_alias) {
        for (const auto& option : kOptions) {
            if (is_alias ? option.env_alias == name : variable_of(option) == name) return &option;
        }
        return nullptr;
    }

    static const Option* find_flag(std::string_view name) {
        for (const auto& option : kOptions) {
            if (flag_of(option) == name ||
                (!option.flag_alias.empty() && option.flag_alias == name))
                return &option;
        }
        return nullptr;
    }

    Config& config_;
};

std::optional<std::int64_t> find_duration_ms(std::string_view text) {
    return find_with_unit(
        text, {{"ms", 1}, {"s", kSecond}, {"m", 60 * kSecond}, {"h", kHour}, {"", kSecond}});
}

std::optional<std::int64_t> find_bytes(std::string_view text) {
    return find_with_unit(text, {{"KiB", kKiB}, {"MiB", kMiB}, {"GiB", kGiB}, {"", 1}});
}

Result<Config> Config::parse(const ConfigSources& sources) {
    Config config;
    for (const auto& option : kOptions) {
        ICE_TRY(config.set(option.key, option.default_value, "default"));
        config.values_.find(option.key)->second.is_set = false;
    }
    ConfigParser parser(config);
    ICE_TRY(parser.read_toml(sources));
    ICE_TRY(parser.read_environment(sources.environment));
    ICE_TRY(parser.read_flags(sources.flags));
    return config;
}

Result<> Config::set(std::string_view key, std::string_view value, std::string_view source) {
    const Option* option = find_option(key);
    ICE_CHECK(option != nullptr, "unknown option");
    const auto number = find_value(*option, value);
    const bool is_bounded =
        option->type != OptionType::kText && option->type != OptionType::kSwitch;
    if (!number || (is_bounded && (*number < option->min || *number > option->max))) {
        const std::string shown = option->is_secret ? "(secret)" : std::string(value);
        return fail(
            ErrorCode::kInvalidArgument,
            fmt::format(
                "{}: {} = {} is not allowed; {}", source, key, shown, allowed_text(*option)));
    }
    values_[std::string(key)] = Value{std::string(value), *number, true};
    return {};
}

const Config::Value& Config::find(std::string_view key) const {
    const auto found = values_.find(key);
    ICE_CHECK(found != values_.end(), "unknown option");
    return found->second;
}

const std::string& Config::text(std::string_view key) const {
    return find(key).text;
}

bool Config::is_on(std::string_view key) const {
    return find(key).number != 0;
}

std::int64_t Config::number(std::string_view key) const {
    return find(key).number;
}

std::chrono::milliseconds Config::duration(std::string_view key) const {
    return std::chrono::milliseconds(find(key).number);
}

bool Config::is_set(std::string_view key) const {
    return find(key).is_set;
}

std::string Config::summary() const {
    std::string text;
    for (const auto& option : kOptions) {
        const auto& value = find(option.key);
        if (!value.is_set) continue;
        if (!text.empty()) text += ' ';
        text += std::string(option.key) + "=" + (option.is_secret ? "***" : value.text);
    }
    return text;
}

std::string options_markdown() {
    std::string text =
        "# Configuration\n\nEvery option, from weakest to strongest source: its default, the TOML "
        "file given by "
        "`--config`\n(`[section]` and `name`), the environment, the command line. Written by "
        "`icelight "
        "--print-options`.\n\n"
        "| key | flag | variable | default | allowed | meaning |\n|---|---|---|---|---|---|\n";
    for (const auto& option : kOptions) {
        std::string flags = "`" + flag_of(option) + "`";
        if (!option.flag_alias.empty()) flags += " `" + std::string(option.flag_alias) + "`";
        std::string variables = "`" + variable_of(option) + "`";
        if (!option.env_alias.empty()) variables += " `" + std::string(option.env_alias) + "`";
        text += fmt::format(
            "| `{}` | {} | {} | {} | {} | {} |\n",
            option.key,
            flags,
            variables,
            option.default_value.empty() ? "" : "`" + std::string(option.default_value) + "`",
            allowed_text(option),
            option.description);
    }
    return text;
}

}  // namespace icelight::server
