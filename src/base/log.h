#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

/// Log lines on stderr: `ts level module "message" key=value ...` (logfmt).
///
/// The message is constant text; what varies is a field; no user data in the message. Called only
/// from
/// `<module>/telemetry.h`. Thread safe.
namespace icelight::log {

enum class Level { kDebug, kInfo, kWarn, kError };

struct Field {
    template <class T>
    Field(std::string_view name, const T& v) : key(name), value(fmt::format("{}", v)) {}

    std::string_view key;
    std::string value;  ///< Quoted when it holds a space, quote, '=' or control character.
};

using Fields = std::initializer_list<Field>;

/// Lines below `level` are dropped. Default kInfo.
void set_level(Level level);

void write(Level level, std::string_view module, std::string_view message, Fields fields);

inline void debug(std::string_view module, std::string_view message, Fields fields = {}) {
    write(Level::kDebug, module, message, fields);
}

inline void info(std::string_view module, std::string_view message, Fields fields = {}) {
    write(Level::kInfo, module, message, fields);
}

inline void warn(std::string_view module, std::string_view message, Fields fields = {}) {
    write(Level::kWarn, module, message, fields);
}

inline void error(std::string_view module, std::string_view message, Fields fields = {}) {
    write(Level::kError, module, message, fields);
}

}  // namespace icelight::log
