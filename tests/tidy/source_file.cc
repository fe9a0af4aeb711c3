#include "source_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

namespace icelight::tidy {
namespace {

namespace fs = std::filesystem;

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Writes spaces over [from, to), keeping line ends.
void blank(std::string& text, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
        if (text[i] != '\n') text[i] = ' ';
    }
}

/// First byte after the literal that `quote` opens at `at`.
std::size_t end_of_quoted(std::string_view text, std::size_t at, char quote) {
    std::size_t i = at + 1;
    while (i < text.size() && text[i] != quote && text[i] != '\n') {
        i += text[i] == '\\' ? 2 : 1;
    }
    return std::min(i + 1, text.size());
}

/// First byte after the raw string whose opening quote is at `at`.
std::size_t end_of_raw_string(std::string_view text, std::size_t at) {
    const auto paren = text.find('(', at);
    if (paren == std::string_view::npos) return text.size();
    const std::string closing = ")" + std::string(text.substr(at + 1, paren - at - 1)) + "\"";
    const auto end = text.find(closing, paren);
    return end == std::string_view::npos ? text.size() : end + closing.size();
}

bool is_text_name(const fs::path& name) {
    static constexpr std::array<std::string_view, 16> kExtensions = {".cc",
                                                                     ".h",
                                                                     ".cmake",
                                                                     ".txt",
                                                                     ".md",
                                                                     ".py",
                                                                     ".sh",
                                                                     ".json",
                                                                     ".js",
                                                                     ".mjs",
                                                                     ".ts",
                                                                     ".tsx",
                                                                     ".supp",
                                                                     ".yaml",
                                                                     ".toml",
                                                                     ".lua"};
    const auto extension = name.extension().string();
    const auto file = name.filename().string();
    return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end() ||
           file == "launch" || file == "test" || file == "bench" || file == "run" ||
           file == ".gitignore" || file == ".npmrc";
}

bool is_left_out(const std::string& name) {
    static constexpr std::array<std::string_view, 7> kFolders = {
        "build", "node_modules", ".git", "__pycache__", "data", ".cache", ".venv"};
    return std::find(kFolders.begin(), kFolders.end(), name) != kFolders.end();
}

}  // namespace

std::string blank_comments_and_strings(std::string_view text) {
    std::string out(text);
    std::size_t i = 0;
    while (i < text.size()) {
        if (text.substr(i, 2) == "//") {
            const auto end = std::min(text.find('\n', i), text.size());
            blank(out, i, end);
            i = end;
        } else if (text.substr(i, 2) == "/*") {
            const auto close = text.find("*/", i + 2);
            const auto end = close == std::string_view::npos ? text.size() : close + 2;
            blank(out, i, end);
            i = end;
        } else if (text[i] == '"') {
            const bool is_raw = i > 0 && text[i - 1] == 'R';
            const auto end = is_raw ? end_of_raw_string(text, i) : end_of_quoted(text, i, '"');
            blank(out, i + 1, end - 1);
            i = end;
        } else if (text[i] == '\'' && (i == 0 || !is_word(text[i - 1]))) {
            const auto end = end_of_quoted(text, i, '\'');
            blank(out, i + 1, end - 1);
            i = end;
        } else {
            ++i;
        }
    }
    return out;
}

SourceFile make_source_file(std::string path, std::string text) {
    SourceFile file{.path = std::move(path), .text = std::move(text), .code = {}};
    if (is_cpp(file)) file.code = blank_comments_and_strings(file.text);
    return file;
}

std::vector<SourceFile> load_sources(const fs::path& root) {
    std::vector<SourceFile> files;
    for (auto entry = fs::recursive_directory_iterator(root);
         entry != fs::recursive_directory_iterator();
         ++entry) {
        const auto name = entry->path().filename().string();
        if (entry->is_directory() && is_left_out(name)) {
            entry.disable_recursion_pending();
            continue;
        }
        if (!entry->is_regular_file() || !is_text_name(entry->path())) continue;
        std::ifstream in(entry->path(), std::ios::binary);
        std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
        files.push_back(make_source_file(entry->path().lexically_relative(root).generic_string(),
                                         std::move(text)));
    }
    std::sort(files.begin(), files.end(), [](const SourceFile& left, const SourceFile& right) {
        return left.path < right.path;
    });
    return files;
}

int line_at(std::string_view text, std::size_t byte) {
    return 1 + static_cast<int>(std::count(
                   text.begin(), text.begin() + static_cast<std::ptrdiff_t>(byte), '\n'));
}

bool is_cpp(const SourceFile& file) {
    return file.path.ends_with(".cc") || file.path.ends_with(".h");
}

std::string_view module_of(std::string_view path) {
    constexpr std::string_view kRoot = "src/";
    if (!path.starts_with(kRoot)) return {};
    path.remove_prefix(kRoot.size());
    const auto slash = path.find('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_test_code(std::string_view path) {
    return path.find("/test/") != std::string_view::npos ||
           path.find("/testing/") != std::string_view::npos;
}

}  // namespace icelight::tidy
