#include "file_rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <regex>
#include <sstream>

namespace icelight::tidy {
namespace {

constexpr int kFileLinesMax = 600;
constexpr int kFunctionLinesMax = 70;

void report(const SourceFile& file, std::size_t byte, std::string message, Findings& out) {
    out.push_back({file.path, line_at(file.text, byte), std::move(message)});
}

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Calls visit(byte) for each place in `text` where `word` stands as a whole word.
template <class Visit>
void for_each_word(std::string_view text, std::string_view word, Visit visit) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
        const auto end = at + word.size();
        const bool starts = at == 0 || !is_word(text[at - 1]) || !is_word(word.front());
        const bool ends = end == text.size() || !is_word(text[end]) || !is_word(word.back());
        if (starts && ends) visit(at);
    }
}

bool starts_with_any(std::string_view path, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [path](std::string_view prefix) {
        return path.starts_with(prefix);
    });
}

/// One word that only some places may use.
struct OwnedWord {
    std::string_view word;
    std::initializer_list<std::string_view> owners;  ///< Path prefixes that may.
    std::string_view reason;
};

void check_blocking(const SourceFile& file, Findings& out) {
    if (!starts_with_any(file.path, {"src/http/", "src/server/api/"})) return;
    if (is_test_code(file.path)) return;
    for (const std::string_view word :
         {"std::mutex", ".lock()", "sleep_for", "std::future", "std::condition_variable"}) {
        for_each_word(file.code, word, [&](std::size_t at) {
            report(file, at, std::string(word) + ": coroutines never block", out);
        });
    }
}

/// The statement around a co_await: from the end of the last one up to its own ';'.
struct Statement {
    std::string_view before;  ///< Up to the co_await.
    std::string_view after;   ///< From the co_await on.
    bool is_nested = false;   ///< Stands inside parentheses of a larger expression.
};

Statement statement_around(std::string_view code, std::size_t at) {
    const auto last = at == 0 ? std::string_view::npos : code.find_last_of(";{}", at - 1);
    const auto begin = last == std::string_view::npos ? 0 : last + 1;
    int depth = 0;
    std::size_t end = at;
    for (; end < code.size(); ++end) {
        const char c = code[end];
        if (c == '(' || c == '{' || c == '[') ++depth;
        if (c == ')' || c == '}' || c == ']') --depth;
        if (depth < 0 || (c == ';' && depth == 0)) break;
    }
    return {code.substr(begin, at - begin), code.substr(at, end - at), depth < 0};
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
        text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
        text.remove_suffix(1);
    return text;
}

/// May a co_await follow this: nothing, an assignment, co_return, or a control statement's head?
bool may_precede(std::string_view before) {
    before = trim(before);
    return before.empty() || before.ends_with('=') || before.ends_with(')') ||
           before.ends_with("else") || before == "co_return" || before.ends_with(':');
}

/// Is there `&&`, `||` or `?` outside all parentheses?
bool has_choice(std::string_view after) {
    int depth = 0;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const char c = after[i];
        if (c == '(' || c == '{' || c == '[') ++depth;
        if (c == ')' || c == '}' || c == ']') --depth;
        const auto pair = after.substr(i, 2);
        if (depth == 0 && (c == '?' || pair == "&&" || pair == "||")) return true;
    }
    return false;
}

bool has_capturing_lambda(std::string_view statement) {
    static const std::regex capture(R"((^|[^\w\)\]\s])\s*\[\s*[&=\w*])");
    return std::regex_search(statement.begin(), statement.end(), capture);
}

}  // namespace

Layers parse_layers(std::string_view text) {
    Layers layers;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        std::istringstream names(line.substr(colon + 1));
        auto& may_use = layers[line.substr(0, colon)];
        for (std::string name; names >> name;)
            may_use.insert(name);
    }
    return layers;
}

void check_includes(const SourceFile& file, const Layers& layers, Findings& out) {
    const auto module = module_of(file.path);
    if (module.empty() || !is_cpp(file)) return;
    const auto own = layers.find(module);
    if (own == layers.end()) {
        out.push_back({file.path, 0, "its module is not declared in CMake"});
        return;
    }
    static const std::regex include_line(R"re((^|\n)#include "([^"]+)")re");
    for (auto match = std::sregex_iterator(file.text.begin(), file.text.end(), include_line);
         match != std::sregex_iterator();
         ++match) {
        const std::string header = (*match)[2];
        const std::string target = header.substr(0, header.find('/'));
        const auto at = static_cast<std::size_t>(match->position(2));
        if (header.find('/') == std::string::npos) {
            report(file, at, "include \"" + header + "\" does not start with a module", out);
        } else if (target != module && !own->second.contains(target)) {
            report(file, at, std::string(module) + " may not use " + target, out);
        } else if (target != module && header.ends_with("_internal.h")) {
            report(file, at, std::string(header).append(" is internal to ").append(target), out);
        }
    }
}

void check_owners(const SourceFile& file, Findings& out) {
    if (!is_cpp(file) || !file.path.starts_with("src/")) return;
    static const std::array<OwnedWord, 9> owned_words = {{
        {"#include <duckdb", {"src/engine/"}, "only engine includes DuckDB"},
        {"getenv", {"src/server/config.cc"}, "only server/config.cc reads the environment"},
        {"std::cout", {"src/server/main.cc"}, "only server/main.cc writes to the terminal"},
        {"printf", {"src/server/main.cc"}, "only server/main.cc writes to the terminal"},
        {"system_clock::now", {"src/base/clock.cc"}, "time comes from base/clock.h"},
        {"steady_clock::now", {"src/base/clock.cc"}, "time comes from base/clock.h"},
        {"high_resolution_clock::now", {}, "time comes from base/clock.h"},
        {"using namespace std;", {}, "names are spelled out"},
        {"std::endl", {}, "flushes; write '\\n'"},
    }};
    for (const auto& owned : owned_words) {
        const bool is_rim =
            owned.word == "getenv" || owned.word == "std::cout" || owned.word == "printf";
        const bool is_test_freedom = is_rim && is_test_code(file.path);
        if (is_test_freedom || starts_with_any(file.path, owned.owners)) continue;
        for_each_word(file.code, owned.word, [&](std::size_t at) {
            report(file, at, std::string(owned.reason), out);
        });
    }
    if (starts_with_any(file.path, {"src/event/", "src/iceberg/"})) {
        for_each_word(file.code, "#include <boost/asio", [&](std::size_t at) {
            report(file, at, "event and iceberg are pure: no Asio", out);
        });
    }
    check_blocking(file, out);
}

void check_coroutines(const SourceFile& file, Findings& out) {
    if (!is_cpp(file)) return;
    for_each_word(file.code, "co_await", [&](std::size_t at) {
        const auto statement = statement_around(file.code, at);
        if (statement.is_nested || !may_precede(statement.before)) {
            report(file, at, "co_await is not the whole right-hand side: give it a line", out);
        }
        if (has_choice(statement.after)) {
            report(file, at, "co_await in a choice (?:, && or ||): give it a line", out);
        }
        if (has_capturing_lambda(statement.after)) {
            report(file, at, "capturing lambda in a statement with co_await: name a function", out);
        }
    });
}

void check_sizes(const SourceFile& file, Findings& out) {
    if (!is_cpp(file)) return;
    std::istringstream lines(file.code);
    int number = 0;
    int start = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line == "}" && start != 0) {
            const int length = number - start + 1;
            if (length > kFunctionLinesMax) {
                out.push_back({file.path,
                               start,
                               "a function of " + std::to_string(length) + " lines; at most 70"});
            }
            start = 0;
        } else if (!line.empty() && (is_word(line.front()) || line.front() == '[')) {
            start = line.starts_with("namespace") ? 0 : number;
        }
    }
    if (number > kFileLinesMax) {
        out.push_back(
            {file.path, 0, "a file of " + std::to_string(number) + " lines; at most 600"});
    }
}

void check_name(const SourceFile& file, Findings& out) {
    static const std::regex drawer_name(
        R"((^|[/_.-])(util|utils|misc|common|helper|helpers|manager|new|legacy|v2)([/_.-]|$))");
    // Suites of files are judged without their extension; "v2" of the Iceberg format is a fact.
    const auto stem = file.path.substr(0, file.path.rfind('.'));
    std::smatch match;
    if (std::regex_search(stem, match, drawer_name) && !stem.ends_with("new_table") &&
        !stem.ends_with("new_table_test")) {
        out.push_back({file.path, 0, "the name \"" + match[2].str() + "\" says nothing"});
    }
}

void check_words(const SourceFile& file, Findings& out) {
    struct Refused {
        std::string text;
        std::string_view reason;
    };

    // Put together from pieces, so that this file does not hold them.
    static const std::array<Refused, 8> refused_texts = {{
        {std::string("TO") + "DO", "a debt is a line in docs, with its price"},
        {std::string("FIX") + "ME", "a debt is a line in docs, with its price"},
        {std::string("X") + "XX", "a debt is a line in docs, with its price"},
        {std::string("/wo") + "rk/", "a path of one machine"},
        {std::string("/ro") + "ot/", "a path of one machine"},
        {std::string("/fa") + "rm/", "a path of one machine"},
        {std::string("\"resolved\": \"") + "http", "a registry's host"},
        {std::string("index") + "-url", "a registry's host"},
    }};
    for (const auto& refused : refused_texts) {
        for_each_word(file.text, refused.text, [&](std::size_t at) {
            report(file, at, refused.text + ": " + std::string(refused.reason), out);
        });
    }
}

}  // namespace icelight::tidy
