#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// The project's rules about its own text. Each rule is a function over one file or over the tree.
namespace icelight::tidy {

/// One text file of the project.
struct SourceFile {
    std::string path;  ///< From the project's root, with '/'.
    std::string text;
    std::string
        code;  ///< text with comments, strings and characters blanked; same length and lines.
};

/// A broken rule.
struct Finding {
    std::string path;
    int line = 0;  ///< 1-based; 0 when it is about the file.
    std::string message;
};

using Findings = std::vector<Finding>;

/// C++ text with the inside of comments, strings and character literals replaced by spaces.
std::string blank_comments_and_strings(std::string_view text);

/// What a file of this name and text looks like to the rules.
SourceFile make_source_file(std::string path, std::string text);

/// Every text file of the project under `root`; build products and dependencies are left out.
std::vector<SourceFile> load_sources(const std::filesystem::path& root);

/// 1-based line of a byte.
int line_at(std::string_view text, std::size_t byte);

bool is_cpp(const SourceFile& file);

/// The folder below src/ that holds the file, "" when it is elsewhere.
std::string_view module_of(std::string_view path);

/// Is it test code of a module: below src/<module>/.../test or testing?
bool is_test_code(std::string_view path);

}  // namespace icelight::tidy
