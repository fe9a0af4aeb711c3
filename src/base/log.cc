#include "base/log.h"

#include <memory>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace icelight::log {
namespace {

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> sink_logger = [] {
        auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        auto made = std::make_shared<spdlog::logger>("icelight", sink);
        made->set_pattern("ts=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v", spdlog::pattern_time_type::utc);
        made->flush_on(spdlog::level::info);
        return made;
    }();
    return *sink_logger;
}

spdlog::level::level_enum level_of(Level level) {
    switch (level) {
        case Level::kDebug:
            return spdlog::level::debug;
        case Level::kInfo:
            return spdlog::level::info;
        case Level::kWarn:
            return spdlog::level::warn;
        case Level::kError:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

void append_quoted(std::string& out, std::string_view value) {
    bool is_plain = !value.empty();
    for (char c : value) {
        if (c <= ' ' || c == '"' || c == '=' || c == '\\') is_plain = false;
    }
    if (is_plain) {
        out.append(value);
        return;
    }
    out.push_back('"');
    for (char c : value) {
        if (c == '"' || c == '\\') out.push_back('\\');
        if (c == '\n') {
            out.append("\\n");
        } else if (static_cast<unsigned char>(c) >= ' ') {
            out.push_back(c);
        }
    }
    out.push_back('"');
}

}  // namespace

void set_level(Level level) {
    logger().set_level(level_of(level));
}

void write(Level level, std::string_view module, std::string_view message, Fields fields) {
    auto& target = logger();
    if (!target.should_log(level_of(level))) return;
    std::string line = "module=";
    line.append(module).append(" msg=");
    append_quoted(line, message);
    for (const auto& field : fields) {
        line.push_back(' ');
        line.append(field.key);
        line.push_back('=');
        append_quoted(line, field.value);
    }
    target.log(level_of(level), line);
}

}  // namespace icelight::log
