#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "source_file.h"

/// Rules about one file at a time.
namespace icelight::tidy {

/// Module -> the modules it may include, as CMake declared them.
using Layers = std::map<std::string, std::set<std::string>, std::less<>>;

/// Reads "module: dep dep" lines.
Layers parse_layers(std::string_view text);

/// An include crosses only a declared arrow; an _internal.h crosses none.
void check_includes(const SourceFile& file, const Layers& layers, Findings& out);

/// Each effect has one owner: DuckDB, the environment, the terminal, the clock, blocking, Asio.
void check_owners(const SourceFile& file, Findings& out);

/// co_await is the whole right-hand side, and no capturing lambda stands in its statement.
void check_coroutines(const SourceFile& file, Findings& out);

/// Lines of a file and of a function at the outermost level.
void check_sizes(const SourceFile& file, Findings& out);

/// Names that say nothing are refused, of files and of folders.
void check_name(const SourceFile& file, Findings& out);

/// No debts in comments, no paths of one machine, no registry hosts.
void check_words(const SourceFile& file, Findings& out);

}  // namespace icelight::tidy
