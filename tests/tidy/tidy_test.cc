/// The project's own text against the project's rules. The rules are tested in rules_test.cc.
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "file_rules.h"
#include "tree_rules.h"

namespace icelight::tidy {
namespace {

std::string read_text(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    EXPECT_TRUE(in.good()) << path;
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

const Sources& sources() {
    static const Sources loaded = load_sources(ICELIGHT_SOURCE_DIR);
    return loaded;
}

const Layers& layers() {
    static const Layers loaded = parse_layers(read_text(ICELIGHT_LAYERS_FILE));
    return loaded;
}

SourceFile load(const std::string& path) {
    return make_source_file(path, read_text(std::string(ICELIGHT_SOURCE_DIR) + "/" + path));
}

void expect_none(const Findings& findings) {
    for (const auto& finding : findings)
        ADD_FAILURE() << finding.path << ":" << finding.line << ": " << finding.message;
}

template <class Rule>
void expect_every_file_keeps(Rule rule) {
    Findings findings;
    for (const auto& file : sources())
        rule(file, findings);
    expect_none(findings);
}

TEST(Tidy, IncludesCrossOnlyDeclaredArrows) {
    ASSERT_FALSE(layers().empty());
    expect_every_file_keeps(
        [](const SourceFile& file, Findings& out) { check_includes(file, layers(), out); });
}

TEST(Tidy, EveryEffectHasOneOwner) {
    expect_every_file_keeps(check_owners);
}

TEST(Tidy, CoAwaitIsTheWholeRightHandSide) {
    expect_every_file_keeps(check_coroutines);
}

TEST(Tidy, FilesAndFunctionsAreShort) {
    expect_every_file_keeps(check_sizes);
}

TEST(Tidy, NamesSaySomething) {
    expect_every_file_keeps(check_name);
}

TEST(Tidy, NoDebtsAndNoMachinePaths) {
    expect_every_file_keeps(check_words);
}

TEST(Tidy, FoldersAreSmall) {
    Findings findings;
    check_folders(sources(), findings);
    expect_none(findings);
}

TEST(Tidy, EverySourceIsListedInCMake) {
    Findings findings;
    check_listed(sources(), findings);
    expect_none(findings);
}

TEST(Tidy, EverySourceHasATestOrAReason) {
    Findings findings;
    check_tested(sources(), load("tests/tidy/tidy_allow.txt"), findings);
    expect_none(findings);
}

TEST(Tidy, ModuleTableOfTheArchitecturePageIsTrue) {
    Findings findings;
    check_module_table(load("ARCHITECTURE.md"), layers(), findings);
    expect_none(findings);
}

TEST(Tidy, EveryModuleHasAShortReadme) {
    Findings findings;
    check_readmes(sources(), layers(), findings);
    expect_none(findings);
}

TEST(Tidy, MostFilesFitAPage) {
    Findings findings;
    check_shape(sources(), findings);
    expect_none(findings);
}

}  // namespace
}  // namespace icelight::tidy
