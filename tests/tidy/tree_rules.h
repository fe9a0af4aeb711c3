#pragma once

#include <string_view>
#include <vector>

#include "file_rules.h"
#include "source_file.h"

/// Rules about the tree as a whole.
namespace icelight::tidy {

using Sources = std::vector<SourceFile>;

/// Folders hold at most 40 files of code.
void check_folders(const Sources& sources, Findings& out);

/// Every src/**/x.cc is named in the CMakeLists.txt of its module.
void check_listed(const Sources& sources, Findings& out);

/// Every src/**/x.cc has a test/x_test.cc (or x_*_test.cc) or a line "path: reason" in `allowed`.
/// Lines that allow nothing are findings too.
void check_tested(const Sources& sources, const SourceFile& allowed, Findings& out);

/// The module table of ARCHITECTURE.md ("| level | `module` | ... | may use | ...") says what
/// CMake declares.
void check_module_table(const SourceFile& document, const Layers& layers, Findings& out);

/// A module has a README of at most 60 lines.
void check_readmes(const Sources& sources, const Layers& layers, Findings& out);

/// Half of the files are short, nine in ten are of moderate length.
void check_shape(const Sources& sources, Findings& out);

}  // namespace icelight::tidy
