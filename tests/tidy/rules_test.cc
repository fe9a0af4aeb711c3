#include <string>

#include <gtest/gtest.h>

#include "file_rules.h"
#include "tree_rules.h"

namespace icelight::tidy {
namespace {

using Rule = void (*)(const SourceFile&, Findings&);

std::size_t count_findings(Rule rule, const std::string& path, const std::string& text) {
    Findings findings;
    rule(make_source_file(path, text), findings);
    return findings.size();
}

std::size_t count_include_findings(const std::string& path, const std::string& text) {
    const auto layers = parse_layers("base:\nio: base\nwal: base io\n");
    Findings findings;
    check_includes(make_source_file(path, text), layers, findings);
    return findings.size();
}

TEST(BlankComments, KeepsLinesAndDropsWhatIsQuoted) {
    EXPECT_EQ(blank_comments_and_strings("a // b\nc"), "a     \nc");
    EXPECT_EQ(blank_comments_and_strings("a /* b\n*/ c"), "a     \n   c");
    EXPECT_EQ(blank_comments_and_strings("f(\"x\\\"y\") ;"), "f(\"    \") ;");
    EXPECT_EQ(blank_comments_and_strings("1'000 + 'x'"), "1'000 + ' '");
    EXPECT_EQ(blank_comments_and_strings("R\"(a\"b)\";c"), "R\"     \";c");
}

TEST(IncludeRule, AllowsOnlyDeclaredArrows) {
    EXPECT_EQ(count_include_findings("src/wal/a.cc", "#include \"io/file.h\"\n"), 0U);
    EXPECT_EQ(count_include_findings("src/wal/a.cc", "#include \"wal/log_internal.h\"\n"), 0U);
    EXPECT_EQ(count_include_findings("src/io/a.cc", "#include \"wal/log.h\"\n"), 1U);
    EXPECT_EQ(count_include_findings("src/wal/a.cc", "\n#include \"io/x_internal.h\"\n"), 1U);
    EXPECT_EQ(count_include_findings("src/wal/a.cc", "#include \"log.h\"\n"), 1U);
    EXPECT_EQ(count_include_findings("src/other/a.cc", ""), 1U);
}

TEST(OwnerRule, RefusesEffectsOutsideTheirOwner) {
    EXPECT_EQ(count_findings(check_owners, "src/lake/a.cc", "#include <duckdb.h>\n"), 1U);
    EXPECT_EQ(count_findings(check_owners, "src/engine/a.cc", "#include <duckdb.h>\n"), 0U);
    EXPECT_EQ(count_findings(check_owners, "src/io/a.cc", "std::getenv(\"A\");"), 1U);
    EXPECT_EQ(count_findings(check_owners, "src/io/a.cc", "// std::getenv\n"), 0U);
    EXPECT_EQ(count_findings(check_owners, "src/io/a.cc", "std::snprintf(b, 3, \"\");"), 0U);
    EXPECT_EQ(count_findings(check_owners, "src/io/a.cc", "printf(\"\");"), 1U);
    EXPECT_EQ(count_findings(check_owners, "src/io/a.cc", "std::chrono::steady_clock::now()"), 1U);
    EXPECT_EQ(count_findings(check_owners, "src/io/a.cc", "system_clock().now_us()"), 0U);
    EXPECT_EQ(count_findings(check_owners, "src/event/a.cc", "#include <boost/asio.hpp>\n"), 1U);
}

TEST(OwnerRule, RefusesBlockingWhereCoroutinesRun) {
    EXPECT_EQ(count_findings(check_owners, "src/http/a.cc", "std::mutex m;"), 1U);
    EXPECT_EQ(count_findings(check_owners, "src/server/api/a.cc", "pointer.lock();"), 1U);
    EXPECT_EQ(count_findings(check_owners, "src/http/test/a.cc", "std::mutex m;"), 0U);
    EXPECT_EQ(count_findings(check_owners, "src/wal/a.cc", "std::mutex m;"), 0U);
}

TEST(CoroutineRule, TakesOnlyAWholeRightHandSide) {
    const auto count = [](const std::string& text) {
        return count_findings(check_coroutines, "src/http/a.cc", "{ " + text + " }");
    };
    EXPECT_EQ(count("auto x = co_await f(a, b);"), 0U);
    EXPECT_EQ(count("co_await f();"), 0U);
    EXPECT_EQ(count("co_return co_await f();"), 0U);
    EXPECT_EQ(count("if (a) co_await f();"), 0U);
    EXPECT_EQ(count("auto x = co_await (f() || g());"), 0U);
    EXPECT_EQ(count("auto x = co_await f(table[i], {1, 2});"), 0U);
    EXPECT_EQ(count("auto x = co_await f([](int i) { return i; });"), 0U);
    EXPECT_EQ(count("g(co_await f());"), 1U);
    EXPECT_EQ(count("if (co_await f()) return;"), 1U);
    EXPECT_EQ(count("auto x = a + co_await f();"), 1U);
    EXPECT_EQ(count("auto x = co_await f() ? 1 : 2;"), 1U);
    EXPECT_EQ(count("auto x = co_await f([&] { return 1; });"), 1U);
    EXPECT_EQ(count("auto x = co_await f(1, [this](int i) { return i; });"), 1U);
}

TEST(SizeRule, CountsLinesOfFilesAndFunctions) {
    const auto function = [](int lines) {
        std::string text = "namespace a {\nvoid f() {\n";
        for (int i = 2; i < lines; ++i)
            text += "    g();\n";
        return text + "}\n}  // namespace a\n";
    };
    EXPECT_EQ(count_findings(check_sizes, "src/a/b.cc", function(70)), 0U);
    EXPECT_EQ(count_findings(check_sizes, "src/a/b.cc", function(71)), 1U);
    EXPECT_EQ(count_findings(check_sizes, "src/a/b.cc", std::string(600, '\n')), 0U);
    EXPECT_EQ(count_findings(check_sizes, "src/a/b.cc", std::string(601, '\n')), 1U);
}

TEST(NameRule, RefusesDrawers) {
    EXPECT_EQ(count_findings(check_name, "src/base/util.h", ""), 1U);
    EXPECT_EQ(count_findings(check_name, "src/common/a.h", ""), 1U);
    EXPECT_EQ(count_findings(check_name, "src/base/log_helper.cc", ""), 1U);
    EXPECT_EQ(count_findings(check_name, "src/base/renewal.cc", ""), 0U);
    EXPECT_EQ(count_findings(check_name, "src/iceberg/new_table.cc", ""), 0U);
}

TEST(WordRule, RefusesDebtsAndMachinePaths) {
    EXPECT_EQ(count_findings(check_words, "a.md", std::string("TO") + "DO: later"), 1U);
    EXPECT_EQ(count_findings(check_words, "a.md", std::string("cd /wo") + "rk/main"), 1U);
    EXPECT_EQ(count_findings(check_words, "a.md", "mastodon at work"), 0U);
}

TEST(ListRule, EverySourceIsNamedInItsModule) {
    Findings findings;
    check_listed({make_source_file("src/a/CMakeLists.txt", "SOURCES x.cc sub/y.cc"),
                  make_source_file("src/a/x.cc", ""),
                  make_source_file("src/a/sub/y.cc", ""),
                  make_source_file("src/a/z.cc", "")},
                 findings);
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].path, "src/a/z.cc");
}

TEST(TestRule, ASourceNeedsATestOrAReason) {
    const Sources sources = {make_source_file("src/a/one.cc", ""),
                             make_source_file("src/a/test/one_test.cc", ""),
                             make_source_file("src/a/two.cc", ""),
                             make_source_file("src/a/test/two_model_test.cc", ""),
                             make_source_file("src/a/three.cc", ""),
                             make_source_file("src/a/four.cc", "")};
    Findings findings;
    check_tested(sources,
                 make_source_file("allow.txt",
                                  "# why\nsrc/a/three.cc: only declarations\n"
                                  "src/a/one.cc: stale\nsrc/a/gone.cc: stale\n"),
                 findings);
    ASSERT_EQ(findings.size(), 3U);
    EXPECT_EQ(findings[0].path, "src/a/four.cc");
    EXPECT_EQ(findings[1].path, "allow.txt");
    EXPECT_EQ(findings[2].path, "allow.txt");
}

TEST(TableRule, TheDocumentSaysWhatCMakeDeclares) {
    const auto layers = parse_layers("base:\nio: base\n");
    Findings findings;
    check_module_table(
        make_source_file("A.md",
                         "| 0 | `base` | words | - | x |\n| 1 | `io` | files | base | x |\n"),
        layers,
        findings);
    EXPECT_EQ(findings.size(), 0U);
    check_module_table(
        make_source_file("A.md",
                         "| 0 | `base` | words | io | x |\n| 2 | `wal` | log | base | x |\n"),
        layers,
        findings);
    EXPECT_EQ(findings.size(), 3U);
}

TEST(ReadmeRule, EveryModuleHasOne) {
    Findings findings;
    check_readmes({make_source_file("src/base/README.md", "# base\n"),
                   make_source_file("src/io/README.md", std::string(61, '\n'))},
                  parse_layers("base:\nio: base\nwal: base\n"),
                  findings);
    EXPECT_EQ(findings.size(), 2U);
}

TEST(ShapeRule, LongFilesAreTheException) {
    Findings findings;
    check_shape({make_source_file("src/a/a.cc", std::string(10, '\n'))}, findings);
    EXPECT_EQ(findings.size(), 0U);
    check_shape({make_source_file("src/a/a.cc", std::string(400, '\n'))}, findings);
    EXPECT_EQ(findings.size(), 2U);
}

TEST(FolderRule, HoldsAtMostFortyFiles) {
    Sources sources;
    for (int i = 0; i < 41; ++i)
        sources.push_back(make_source_file("src/a/" + std::to_string(i) + ".h", ""));
    Findings findings;
    check_folders(sources, findings);
    EXPECT_EQ(findings.size(), 1U);
}

}  // namespace
}  // namespace icelight::tidy
