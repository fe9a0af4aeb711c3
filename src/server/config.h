#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace icelight::server {

/// Where an option's value may come from, from weakest to strongest.
struct ConfigSources {
    std::string toml;                      ///< Text of the file; empty for none.
    std::string toml_name;                 ///< Its name, for messages.
    std::vector<std::string> environment;  ///< "NAME=value".
    std::vector<std::string> flags;  ///< Arguments after the command: "--data", "x" or "--data=x".
};

/// The values of all options: each is its default unless a source says otherwise, and within its
/// bounds.
class Config {
public:
    /// @error kInvalidArgument  an unknown key (names the nearest), or a value that is no such type
    /// or out of
    ///   bounds: one line that names the key, the source and what is allowed.
    static Result<Config> parse(const ConfigSources& sources);

    const std::string& text(std::string_view key) const;
    bool is_on(std::string_view key) const;
    std::int64_t number(std::string_view key) const;  ///< Also bytes.
    std::chrono::milliseconds duration(std::string_view key) const;
    bool is_set(std::string_view key) const;  ///< Some source said it.

    /// "key=value" of every option that is not its default, secrets masked. For the start-up log
    /// line.
    std::string summary() const;

private:
    struct Value {
        std::string text;
        std::int64_t number = 0;
        bool is_set = false;
    };

    Result<> set(std::string_view key, std::string_view value, std::string_view source);
    const Value& find(std::string_view key) const;
    friend class ConfigParser;

    std::map<std::string, Value, std::less<>> values_;
};

/// The table of options as Markdown: --print-options and docs/configuration.md.
std::string options_markdown();

/// Duration of "500ms", "10s", "5m", "24h" in milliseconds; a bare number is seconds.
std::optional<std::int64_t> find_duration_ms(std::string_view text);

/// Bytes of "4096", "512KiB", "64MiB", "4GiB".
std::optional<std::int64_t> find_bytes(std::string_view text);

}  // namespace icelight::server
