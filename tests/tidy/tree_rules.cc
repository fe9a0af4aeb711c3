#include "tree_rules.h"

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace icelight::tidy {
namespace {

constexpr int kFilesInFolderMax = 40;
constexpr int kReadmeLinesMax = 60;
constexpr std::size_t kMedianLinesMax = 120;
constexpr std::size_t kNinthDecileLinesMax = 300;

std::string folder_of(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

std::string stem_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return path.substr(slash + 1, path.rfind('.') - slash - 1);
}

std::size_t count_lines(std::string_view text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool is_product_code(const SourceFile& file) {
    return is_cpp(file) && file.path.starts_with("src/") && !is_test_code(file.path);
}

/// "path: reason" lines; '#' starts a comment.
std::map<std::string, std::string> parse_allowed(const SourceFile& allowed) {
    std::map<std::string, std::string> reasons;
    std::istringstream lines(allowed.text);
    for (std::string line; std::getline(lines, line);) {
        const auto colon = line.find(": ");
        if (line.empty() || line.front() == '#') continue;
        reasons[line.substr(0, colon)] =
            colon == std::string::npos ? std::string() : line.substr(colon + 2);
    }
    return reasons;
}

/// Is `stem` tested by a file called stem_test or stem_*_test?
bool is_tested(const std::string& stem, const std::set<std::string>& tests) {
    if (tests.contains(stem + "_test")) return true;
    const auto next = tests.lower_bound(stem + "_");
    return next != tests.end() && next->starts_with(stem + "_") && next->ends_with("_test");
}

}  // namespace

void check_folders(const Sources& sources, Findings& out) {
    std::map<std::string, int> files;
    for (const auto& file : sources) {
        if (is_cpp(file)) ++files[folder_of(file.path)];
    }
    for (const auto& [folder, count] : files) {
        if (count > kFilesInFolderMax)
            out.push_back({folder, 0, std::to_string(count) + " files; at most 40"});
    }
}

void check_listed(const Sources& sources, Findings& out) {
    std::map<std::string, std::string_view> lists;
    for (const auto& file : sources) {
        if (file.path.ends_with("CMakeLists.txt")) lists[folder_of(file.path)] = file.text;
    }
    for (const auto& file : sources) {
        if (!file.path.starts_with("src/") || !file.path.ends_with(".cc")) continue;
        const auto home = "src/" + std::string(module_of(file.path));
        const auto name = file.path.substr(home.size() + 1);
        const auto list = lists.find(home);
        if (list == lists.end() || list->second.find(name) == std::string_view::npos)
            out.push_back({file.path, 0, "is not named in " + home + "/CMakeLists.txt"});
    }
}

void check_tested(const Sources& sources, const SourceFile& allowed, Findings& out) {
    std::map<std::string, std::set<std::string>> tests;
    for (const auto& file : sources) {
        if (file.path.starts_with("src/") && file.path.ends_with("_test.cc"))
            tests[std::string(module_of(file.path))].insert(stem_of(file.path));
    }
    auto reasons = parse_allowed(allowed);
    for (const auto& file : sources) {
        if (!is_product_code(file) || !file.path.ends_with(".cc")) continue;
        const auto reason = reasons.find(file.path);
        const bool is_allowed = reason != reasons.end() && !reason->second.empty();
        const bool has_test =
            is_tested(stem_of(file.path), tests[std::string(module_of(file.path))]);
        if (has_test || is_allowed) {
            if (!has_test) reasons.erase(reason);
            continue;
        }
        out.push_back({file.path, 0, "has no test/" + stem_of(file.path) + "_test.cc"});
    }
    for (const auto& [path, reason] : reasons)
        out.push_back({allowed.path, 0, path + " is not there, or has a test: drop the line"});
}

void check_module_table(const SourceFile& document, const Layers& layers, Findings& out) {
    static const std::regex row_form(R"(\|\s*\d+\s*\|\s*`(\w+)`\s*\|([^|]*)\|([^|]*)\|.*)");
    Layers table;
    std::istringstream lines(document.text);
    for (std::string line; std::getline(lines, line);) {
        std::smatch row;
        if (!std::regex_match(line, row, row_form)) continue;
        std::istringstream names(row[3].str());
        auto& may_use = table[row[1].str()];
        for (std::string name; names >> name;) {
            if (name != "-") may_use.insert(name);
        }
    }
    for (const auto& [module, may_use] : layers) {
        const auto row = table.find(module);
        if (row == table.end()) {
            out.push_back({document.path, 0, "the module table has no row for " + module});
        } else if (row->second != may_use) {
            out.push_back(
                {document.path, 0, "the table and CMake differ on what " + module + " may use"});
        }
    }
    for (const auto& [module, may_use] : table) {
        if (!layers.contains(module)) {
            out.push_back(
                {document.path, 0, "the module table names " + module + ", CMake does not"});
        }
    }
}

void check_readmes(const Sources& sources, const Layers& layers, Findings& out) {
    std::map<std::string, std::size_t> lengths;
    for (const auto& file : sources)
        lengths[file.path] = count_lines(file.text);
    for (const auto& [module, may_use] : layers) {
        const auto path = "src/" + module + "/README.md";
        const auto readme = lengths.find(path);
        if (readme == lengths.end()) {
            out.push_back({path, 0, "is missing"});
        } else if (readme->second > kReadmeLinesMax) {
            out.push_back({path, 0, "has more than 60 lines"});
        }
    }
}

void check_shape(const Sources& sources, Findings& out) {
    std::vector<std::size_t> lines;
    for (const auto& file : sources) {
        if (is_product_code(file)) lines.push_back(count_lines(file.text));
    }
    if (lines.empty()) return;
    std::sort(lines.begin(), lines.end());
    if (lines[lines.size() / 2] > kMedianLinesMax)
        out.push_back({"src", 0, "the median file is longer than 120 lines"});
    if (lines[lines.size() * 9 / 10] > kNinthDecileLinesMax)
        out.push_back({"src", 0, "more than one file in ten is longer than 300 lines"});
}

}  // namespace icelight::tidy
