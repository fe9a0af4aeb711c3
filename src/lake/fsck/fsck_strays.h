#pragma once

#include <cstddef>

#include "lake/fsck/findings.h"

namespace icelight::lake {

/// Looks in every table's directory for files that no table and no journal reaches. One that was
/// so for gc_min_age and a margin is an error (it should be deleted by now), others are notices.
/// @return how many there are.
std::size_t check_strays(const FsckJob& job, io::FileSystem& files, Findings& findings);

}  // namespace icelight::lake
